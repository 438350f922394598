use crate::wire;

wire! {
    /// Somebody who waits to be let in.
    pub struct WaitlistEntry {
        /// Its id.
        pub id: String,
        /// The deployment.
        pub deployment_id: String,
        /// The address.
        pub email_address: String,
        /// The same again.
        pub email: String,
        /// As it was given now, `""` when it was not.
        pub first_name: String,
        /// As it was given now, `""` when it was not.
        pub last_name: String,
        /// When the address was put on the list; now, where answers say nothing of addresses.
        pub created_at: String,
        /// When it was put there last.
        pub updated_at: String,
    }
}

wire! {
    /// The answer of `POST /waitlist/join`.
    pub struct WaitlistJoined {
        /// What happens next, for people.
        pub message: String,
        /// What was put on the list.
        pub entry: WaitlistEntry,
    }
}
