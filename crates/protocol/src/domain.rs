use crate::wire;

wire! {
    /// What a proved domain of an organization does for people who have proved an address in it.
    #[serde(rename_all = "snake_case")]
    pub enum DomainJoinMode {
        /// They become members by themselves, when they sign up or sign in.
        Automatic,
        /// They are shown the organization and may join it.
        Suggestion,
        /// Nothing: who is to be a member is invited.
        None,
    }
}

wire! {
    /// A domain that an organization says is its own.
    pub struct OrganizationDomain {
        /// The domain's id.
        pub id: String,
        /// The organization.
        pub organization_id: String,
        /// The domain itself, lower-cased, in its ASCII form (`xn--…`).
        pub fqdn: String,
        /// Whether the organization has proved it.
        pub verified: bool,
        /// The type of the record that proves it: `TXT`.
        pub verification_dns_record_type: String,
        /// The label of that record: it stands at `<label>.<fqdn>`.
        pub verification_dns_record_name: String,
        /// What that record says.
        pub verification_dns_record_data: String,
        /// How often somebody asked to look for that record.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub verification_attempts: i64,
        /// What it does once it is proved.
        pub join_mode: DomainJoinMode,
        /// When it was proved; null when it is not.
        pub verified_at: Option<String>,
        /// When the record was last looked for and the domain's name servers answered; null if never.
        pub checked_at: Option<String>,
        /// Since when the record of a proved domain is missing; null when it is not. It must come back, or the domain is
        /// not proved any more.
        pub missing_since: Option<String>,
        /// When it was claimed.
        pub created_at: String,
        /// When it last changed.
        pub updated_at: String,
    }
}

wire! {
    /// A domain that was proved: its fields, and the same as `domain`.
    pub struct OrganizationDomainVerified {
        /// Its fields.
        #[serde(flatten)]
        #[cfg_attr(feature = "ts", ts(flatten))]
        pub fields: OrganizationDomain,
        /// The same once more.
        pub domain: OrganizationDomain,
    }
}

wire! {
    /// An organization that the signed-in user may join, because it has proved the domain of an address of theirs.
    pub struct OrganizationSuggestion {
        /// The organization's id: what joining it takes.
        pub organization_id: String,
        /// Its name.
        pub name: String,
        /// Where its picture is, `""` when there is none.
        pub image_url: String,
        /// The domain.
        pub domain: String,
    }
}
