"""The bus: streams and durables declared once, outbox and relay on the way out, inbox on the way in."""
