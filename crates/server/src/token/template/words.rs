//! What placeholders there are.

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, a number, true or false, or nothing.
    Scalar,
    /// A list: only a whole string can be it.
    List,
    /// An object that the application writes. What is in it can be named, too: `user.public_metadata.plan`.
    Object,
}

/// Every placeholder. What only backends see (`private_metadata`) is none: whoever has the browser reads the token.
pub const WORDS: &[(&str, Kind)] = &[
    ("user.id", Kind::Scalar),
    ("user.external_id", Kind::Scalar),
    ("user.first_name", Kind::Scalar),
    ("user.last_name", Kind::Scalar),
    ("user.full_name", Kind::Scalar),
    ("user.username", Kind::Scalar),
    ("user.primary_email_address.id", Kind::Scalar),
    ("user.primary_email_address.email", Kind::Scalar),
    ("user.primary_email_address.verified", Kind::Scalar),
    ("user.primary_phone_number.id", Kind::Scalar),
    ("user.primary_phone_number.phone_number", Kind::Scalar),
    ("user.primary_phone_number.verified", Kind::Scalar),
    ("user.profile_picture_url", Kind::Scalar),
    ("user.has_second_factor", Kind::Scalar),
    ("user.public_metadata", Kind::Object),
    ("user.created_at", Kind::Scalar),
    ("user.updated_at", Kind::Scalar),
    ("organization.id", Kind::Scalar),
    ("organization.name", Kind::Scalar),
    ("organization.slug", Kind::Scalar),
    ("organization.roles", Kind::List),
    ("organization.permissions", Kind::List),
    ("organization.public_metadata", Kind::Object),
    ("organization.membership_metadata", Kind::Object),
    ("workspace.id", Kind::Scalar),
    ("workspace.name", Kind::Scalar),
    ("workspace.slug", Kind::Scalar),
    ("workspace.roles", Kind::List),
    ("workspace.permissions", Kind::List),
    ("workspace.public_metadata", Kind::Object),
    ("workspace.membership_metadata", Kind::Object),
    ("session.id", Kind::Scalar),
    ("session.revision", Kind::Scalar),
    ("session.created_at", Kind::Scalar),
    ("sign_in.id", Kind::Scalar),
    ("sign_in.methods", Kind::List),
    ("sign_in.proved_at", Kind::Scalar),
    ("sign_in.created_at", Kind::Scalar),
];

/// What a placeholder is, by what stands between its braces.
///
/// # Errors
/// A sentence with all that there are.
pub fn kind_of(word: &str) -> Result<Kind, String> {
    if let Some((_, kind)) = WORDS.iter().find(|(known, _)| *known == word) {
        return Ok(*kind);
    }
    let plain = |part: &str| {
        (1..=64).contains(&part.len())
            && part.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-')
    };
    let within = |object: &str| {
        word.strip_prefix(object)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| rest.split('.').all(plain))
    };
    let mut objects = WORDS.iter().filter(|(_, kind)| *kind == Kind::Object);
    if objects.any(|(object, _)| within(object)) {
        return Ok(Kind::Scalar);
    }
    let all: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    Err(format!(
        "there is no placeholder {word:?}; there are {}, and what is in the metadata",
        all.join(", ")
    ))
}
