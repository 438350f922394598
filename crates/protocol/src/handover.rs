use crate::wire;

wire! {
    /// The answer of `POST /session/tickets`.
    pub struct HandoverTicket {
        /// What the other side exchanges, with its verifier.
        pub ticket: String,
        /// Where to send the browser: the address that was asked for, with the ticket in it.
        pub url: String,
        /// Until when it can be exchanged.
        pub expires_at: String,
    }
}
