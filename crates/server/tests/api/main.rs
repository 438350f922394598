//! The API over HTTP, on SQLite and, with `KEYRACK_TEST_DATABASE_URL`, on PostgreSQL.
//!
//! Each test has a server and a deployment of its own; the clock stands until the test moves it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod support;

mod admin;
mod admin_cli;
mod admin_lists;
mod attacks_browser;
mod attacks_code;
mod attacks_connection;
mod attacks_flood;
mod attacks_grammar;
mod attacks_identity;
mod attacks_input;
mod attacks_inside;
mod attacks_mail;
mod attacks_password;
mod attacks_random;
mod attacks_session;
mod attacks_sql;
mod attacks_username;
mod audit;
mod audit_tries;
mod backup;
mod backup_commands;
mod backup_damage;
mod backup_settled;
mod bad_input;
mod bodies;
mod carriage;
mod check;
mod deployment;
mod dev;
mod end_reason;
mod envelope;
mod events;
mod events_wire;
mod keys;
mod keys_deployment;
mod keys_retention;
mod keys_server;
mod keys_sign_up;
mod nodes_away;
mod nodes_migrate;
mod openapi;
mod origins;
mod pages;
mod pages_address;
mod races;
mod rack;
mod rack_forged;
mod refusals;
mod retention;
mod retired;
mod secrets;
mod seed;
mod shortcut;
mod smtp;
mod stale;
mod start;
mod story;
mod strict;
mod throttle;
mod time;
mod token;
mod tokens_forged;
mod uniform;
mod usernames;
mod walls;
mod wire;
