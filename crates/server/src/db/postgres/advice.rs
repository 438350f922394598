//! What an operator does about what PostgreSQL refuses, by the code that it gives.

use tokio_postgres::error::SqlState;

/// One line of advice; none for what no setting mends.
pub(super) fn advice(code: &SqlState) -> Option<&'static str> {
    let known = [
        (
            SqlState::TOO_MANY_CONNECTIONS,
            "a node takes thirteen connections: raise max_connections, or the role's or database's connection limit",
        ),
        (
            SqlState::INSUFFICIENT_PRIVILEGE,
            "the role must own the database, or be let in: grant create, usage on schema public to it",
        ),
        (
            SqlState::INVALID_CATALOG_NAME,
            "make it: create database … owner … template template0 locale 'C'; or mend the name in the address",
        ),
        (
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
            "make the role: create role … login password '…'; or mend the user in the address, or pg_hba.conf",
        ),
        (
            SqlState::INVALID_PASSWORD,
            "mend the user or the password in the address; what is special in it is written as %XX",
        ),
    ];
    known.into_iter().find(|(of, _)| of == code).map(|(_, advice)| advice)
}
