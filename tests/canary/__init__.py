"""Words that stand nowhere else, planted in every personal field, and looked for everywhere they must not be.

``make canary`` plants them on a stack of its own and lets the whole loop run with failures (services killed, forged
facts, refused and broken requests, limits). It searches the bytes of streams, logs, databases, metrics, backups, and
what doors answer to whoever may not see them; then the invariant I8 of ``paidan verify`` looks once more. The words
are in Chinese and in Latin letters, numbers among them. ``tests/flows/test_canary.py`` is the short form.
"""
