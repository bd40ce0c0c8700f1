"""Every operation of the three OpenAPI documents, called thousands of times with what nobody meant to send.

``make schemathesis`` starts a stack with people and orders in it and lets schemathesis call each service as each role
and as nobody: no 5xx, no status and no content that the document does not tell. Its pytest plugin is turned off
(``pyproject.toml``): it is a program here, beside the tests.
"""
