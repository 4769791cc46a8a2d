-- The role that the bot logs in as: it owns no table and no wall lets it through, so that row-level security keeps
-- communities apart (docs/adr/0013-row-level-security-between-communities.md). PostgreSQL's image runs this when it makes
-- the database; `chulin db upgrade`, which logs in as the owner, lets the role read and write the rows.
\getenv app_password POSTGRES_APP_PASSWORD
CREATE ROLE chulin_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
