"""The user simulator: who the user is, what the model is asked, and what its reply means. Pure."""
