"""The parts of the pytest plugin; `scenario.pytest_plugin` calls them."""
