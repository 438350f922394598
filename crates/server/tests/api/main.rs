//! The API over HTTP, on SQLite and, with `KEYRACK_TEST_DATABASE_URL`, on PostgreSQL.
//!
//! Each test has a server and a deployment of its own; the clock stands until the test moves it.

mod support;

mod story;
