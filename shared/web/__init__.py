"""The web drawer: pages, forms, problems, languages, live updates, and the serving of a service over HTTP."""
