"""The page: an application that shows what is in a store, live, and takes in what other clients report."""
