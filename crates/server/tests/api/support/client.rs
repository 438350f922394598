use reqwest::{Client, ClientBuilder, redirect};

/// A client for servers on this machine. It reads no certificates: a tenth of the suite's time was the machine's own, read
/// again by every browser of every test.
pub fn client() -> Client {
    builder().build().unwrap()
}

/// One that shows where an answer leads instead of going there.
pub fn still() -> Client {
    builder().redirect(redirect::Policy::none()).build().unwrap()
}

fn builder() -> ClientBuilder {
    Client::builder().tls_certs_only([])
}
