-- The user of the console: it reads some of notifier's tables and can write none.
-- As the owner of notifier's database:  psql -v password="'…'" -f deploy/postgresql/console.sql notifier
-- Then PAIDAN_CONSOLE_DATABASE_URL=postgresql+asyncpg://console:…@host/notifier. A test runs this file.
CREATE ROLE console LOGIN PASSWORD :password;
ALTER ROLE console SET default_transaction_read_only = on;
GRANT USAGE ON SCHEMA public TO console;
-- What the pages show, and the sessions by which operators are known. Not: addresses people typed in, the outbox, the
-- audit, which is asked of notifier and leaves a row there.
GRANT SELECT ON events, orders, matters, notices, deliveries, planned_notices, dead_letters, letter_acts, sessions,
    alembic_version TO console;
