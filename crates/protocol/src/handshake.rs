use crate::{Token, wire};

wire! {
    /// The answer of `POST /handshake/exchange`, to an application's server.
    pub struct HandshakeAnswer {
        /// Whether somebody is signed in in the browser.
        pub signed_in: bool,
        /// A token of whoever acts there; null when nobody is signed in.
        pub token: Option<Token>,
    }
}
