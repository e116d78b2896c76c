"""Agents behind a wire or in a framework, one module for each; what it needs is imported when it is used."""
