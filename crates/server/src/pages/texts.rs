//! The texts of the hosted pages. `apps/pages/messages/en.json` is the list of their names.

use crate::config::Deployment;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a text is by its name, in one language.
pub type Texts = BTreeMap<&'static str, &'static str>;

/// The languages that are built in, each with its texts.
static BUILT_IN: LazyLock<BTreeMap<&'static str, Texts>> = LazyLock::new(|| {
    BTreeMap::from([
        ("de", read(include_str!("../../../../apps/pages/messages/de.json"))),
        ("en", read(include_str!("../../../../apps/pages/messages/en.json"))),
    ])
});

fn read(json: &'static str) -> Texts {
    // A test reads both files strictly; here a broken one would only be empty.
    serde_json::from_str(json).unwrap_or_default()
}

/// The names of all texts, in the order of the alphabet.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.get("en").into_iter().flat_map(|texts| texts.keys().copied())
}

/// Whether a deployment can have this text of its own.
///
/// # Errors
/// A sentence that names the fix, when no text has this name, or when `text` is empty or names a placeholder
/// that this one does not have.
pub fn check(name: &str, text: &str) -> Result<(), String> {
    let Some(original) = BUILT_IN.get("en").and_then(|texts| texts.get(name)) else {
        return Err(unknown(name));
    };
    if text.trim().is_empty() {
        return Err("it is empty; leave it out to keep the text that is built in".to_owned());
    }
    let allowed: Vec<&str> = placeholders(original).chain(["{app}"]).collect();
    match placeholders(text).find(|placeholder| !allowed.contains(placeholder)) {
        Some(odd) => Err(format!("it has no {odd}; known here: {}", allowed.join(", "))),
        None => Ok(()),
    }
}

fn unknown(name: &str) -> String {
    let near = |known: &&str| known.split('_').next() == name.split('_').next();
    let near: Vec<&str> = names().filter(near).collect();
    let hint = if near.is_empty() { String::new() } else { format!("; similar ones: {}", near.join(", ")) };
    format!("the hosted pages have no text of this name{hint}; docs/PAGES.md names all of them")
}

/// The `{names}` in a text.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').filter_map(|(start, _)| {
        let rest = text.get(start..)?;
        let end = rest.find('}')?;
        let inner = rest.get(1..end)?;
        let is_name = !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_name.then(|| &rest[..=end])
    })
}

/// The languages that a deployment's pages speak.
pub fn languages(deployment: &Deployment) -> Vec<&str> {
    let mut all: Vec<&str> = BUILT_IN.keys().copied().collect();
    for language in deployment.messages.keys() {
        if !all.contains(&language.as_str()) {
            all.push(language);
        }
    }
    all
}

/// All texts in a language: the deployment's own before those built in, a region's before those of its
/// language, and English where there is nothing else.
pub fn of(deployment: &Deployment, language: &str) -> Map<String, Value> {
    let general = language.split('-').next().unwrap_or_default();
    let mut all = Map::new();
    for language in ["en", general, language] {
        let built_in = BUILT_IN.get(language).into_iter().flatten();
        all.extend(built_in.map(|(name, text)| ((*name).to_owned(), Value::from(*text))));
    }
    for language in [general, language] {
        let own = deployment.messages.get(language).into_iter().flatten();
        all.extend(own.map(|(name, text)| (name.clone(), Value::from(text.clone()))));
    }
    all
}

/// Those of them that a page says: what is about one's own account only is on the page of that.
pub fn on_page(page: &str, mut all: Map<String, Value>) -> Map<String, Value> {
    // The last are on a page without a script.
    for (own, texts) in [("account", "account_"), ("device", "device_"), ("", "handshake_")] {
        if page != own {
            all.retain(|name, _| !name.starts_with(texts));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;
    use keyrack_protocol::Code;

    /// Codes that nothing a page asks for is answered with; people would read the sentence for surprises.
    const NOT_OF_PAGES: [Code; 71] = [
        Code::RedirectNotAllowed,
        Code::HandshakeRefused,
        Code::HandshakeLoop,
        Code::HandshakeCodeInvalid,
        Code::AuthorizationPending,
        Code::SlowDown,
        Code::AccessDenied,
        Code::ExpiredToken,
        Code::OrganizationsDisabled,
        Code::WorkspacesDisabled,
        Code::OrganizationNotFound,
        Code::WorkspaceNotFound,
        Code::MembershipNotFound,
        Code::RoleNotFound,
        Code::PermissionDenied,
        Code::RoleExceedsYours,
        Code::LastAdministrator,
        Code::CreationNotAllowed,
        Code::DeletionNotAllowed,
        Code::OwnRolesNotAllowed,
        Code::TooManyOrganizations,
        Code::TooManyWorkspaces,
        Code::TooManyRoles,
        Code::OrganizationFull,
        Code::DomainNotFound,
        Code::InvalidDomain,
        Code::DomainNotClaimable,
        Code::DomainExists,
        Code::TooManyDomains,
        Code::DomainRecordNotFound,
        Code::DomainLookupFailed,
        Code::DomainTaken,
        Code::UnknownPermission,
        Code::InvalidDescription,
        Code::AddressNotAllowed,
        Code::OrganizationRequiresMfa,
        Code::WorkspaceRequiresMfa,
        Code::InvalidAddressRange,
        Code::RestrictionNotAllowed,
        Code::RestrictionExcludesYou,
        Code::InvalidSlug,
        Code::SlugTaken,
        Code::InvalidMetadata,
        Code::PictureNotFound,
        Code::NotificationNotFound,
        Code::InvitationNotFound,
        Code::InvitationExists,
        Code::AlreadyMember,
        Code::TooManyInvitations,
        Code::AvailabilityHidden,
        Code::BadRequestBody,
        Code::DeploymentNotFound,
        Code::DeploymentRequired,
        Code::InvalidParameter,
        Code::WaitlistEntryNotFound,
        Code::InvalidApiKey,
        Code::ApiKeyScope,
        Code::ApiKeyNotFound,
        Code::ExternalIdExists,
        Code::IdempotencyKeyReused,
        Code::IdempotencyKeyInUse,
        Code::SessionNotFound,
        Code::UserNotFound,
        Code::StrategyRequired,
        Code::TemplateNotFound,
        Code::TokenTooLarge,
        Code::RotationUnderWay,
        Code::UnknownHost,
        Code::NotFound,
        Code::MethodNotAllowed,
        Code::UnsupportedMediaType,
    ];

    /// What the client says by itself, and the sentence for surprises.
    const OF_THE_CLIENT: [&str; 7] = [
        "error_network",
        "error_timeout",
        "error_session_changed",
        "error_passkey_cancelled",
        "error_passkey_unavailable",
        "error_challenge_unsolved",
        "error_unexpected",
    ];

    /// Why an invitation is not accepted, which a 200 answer says.
    const OF_INVITATIONS: [&str; 7] = [
        "error_invitation_invalid",
        "error_invitation_expired",
        "error_invitation_requires_signup",
        "error_invitation_email_mismatch",
        "error_invitation_organization_full",
        "error_invitation_workspace_full",
        "error_invitation_too_many_organizations",
    ];

    fn strict(language: &str) -> BTreeMap<String, String> {
        let path = format!("{}/../../apps/pages/messages/{language}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn every_code_has_its_sentence_in_both_languages_and_no_sentence_is_about_nothing() {
        let wanted: Vec<String> = Code::ALL
            .iter()
            .filter(|code| !NOT_OF_PAGES.contains(code))
            .map(|code| format!("error_{}", code.as_str().to_lowercase()))
            .chain(OF_THE_CLIENT.map(str::to_owned))
            .chain(OF_INVITATIONS.map(str::to_owned))
            .collect();
        for language in ["en", "de"] {
            let texts = strict(language);
            for name in &wanted {
                assert!(texts.contains_key(name), "messages/{language}.json needs {name}, or the list above");
            }
            for name in texts.keys().filter(|name| name.starts_with("error_")) {
                assert!(wanted.contains(name), "{name} in messages/{language}.json is about no code");
            }
        }
    }

    #[test]
    fn a_deployments_own_texts_come_first_and_english_fills_the_gaps() {
        let mut deployment = Deployment::built_in(1, Mode::Staging);
        let own = |name: &str, text: &str| BTreeMap::from([(name.to_owned(), text.to_owned())]);
        deployment.messages.insert("de".to_owned(), own("sign_in_title", "Hereinspaziert"));
        deployment.messages.insert("de-CH".to_owned(), own("sign_in_submit", "Los"));
        deployment.messages.insert("fr".to_owned(), own("sign_in_title", "Connexion"));
        assert_eq!(languages(&deployment), ["de", "en", "de-CH", "fr"]);
        for (language, title, submit) in [
            ("en", "Sign in", "Sign in"),
            ("de", "Hereinspaziert", "Anmelden"),
            ("de-CH", "Hereinspaziert", "Los"),
            ("fr", "Connexion", "Sign in"),
        ] {
            let texts = of(&deployment, language);
            assert_eq!(texts["sign_in_title"], title);
            assert_eq!(texts["sign_in_submit"], submit);
            assert_eq!(texts.len(), names().count());
        }
    }

    #[test]
    fn what_cannot_be_a_text_is_refused_with_the_fix() {
        assert_eq!(check("sign_in_text", "for {app}"), Ok(()));
        assert_eq!(check("code_text", "Un code pour {email}, {app}"), Ok(()));
        assert_eq!(check("sign_in_text", "a { b } {} c"), Ok(()));
        for (name, text, said) in [
            ("sign_in_tittle", "x", "sign_in_text, sign_in_title, sign_in_to_accounts"),
            ("nothing", "x", "have no text of this name; docs/PAGES.md names all of them"),
            ("sign_in_title", " ", "it is empty"),
            ("code_text", "to {mail}", "it has no {mail}; known here: {email}, {app}"),
        ] {
            let refusal = check(name, text).unwrap_err();
            assert!(refusal.contains(said), "{refusal}");
        }
    }

    #[test]
    fn only_the_page_of_an_account_says_what_is_about_one() {
        let all = || {
            Map::from_iter([
                ("account_save".to_owned(), "x".into()),
                ("accounts_list".to_owned(), "y".into()),
            ])
        };
        assert_eq!(on_page("account", all()).len(), 2);
        assert_eq!(on_page("accounts", all()).keys().collect::<Vec<_>>(), ["accounts_list"]);
    }
}
