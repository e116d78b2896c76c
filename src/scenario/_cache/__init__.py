"""What `scenario.cache` is made of: keys of calls, values as JSON, a file, and one call at a time."""
