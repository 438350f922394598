//! What notifications say, in English, as the mails do: made of the facts whenever they are shown. An application that
//! speaks another language says it by the kind and the facts.

use serde_json::{Map, Value};

/// Somebody invited the user.
pub const INVITED: &str = "invitation_received";
/// The user was made a member.
pub const ADDED: &str = "member_added";
/// The user was removed.
pub const REMOVED: &str = "member_removed";
/// The user was given a role.
pub const ROLE_GIVEN: &str = "role_given";
/// A role was taken from the user.
pub const ROLE_TAKEN: &str = "role_taken";
/// The account was signed in on a browser that was not seen before.
pub const NEW_DEVICE: &str = "new_device";
/// Somebody acted as the user.
pub const ACTED_AS: &str = "acted_as";
/// The record of a domain is missing.
pub const DOMAIN_MISSED: &str = "domain_missed";
/// A domain is not proved any more.
pub const DOMAIN_LOST: &str = "domain_lost";

/// Something that the application says in its own words.
pub const MESSAGE: &str = "message";

/// Every kind that Keyrack itself has words for.
pub const KINDS: [&str; 9] =
    [INVITED, ADDED, REMOVED, ROLE_GIVEN, ROLE_TAKEN, NEW_DEVICE, ACTED_AS, DOMAIN_MISSED, DOMAIN_LOST];

/// A title and a body; of a kind that a newer node wrote, its name.
#[must_use]
pub fn words(kind: &str, facts: &Map<String, Value>) -> (String, String) {
    let fact = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default();
    let (organization, workspace, role) =
        (fact("organization_name"), fact("workspace_name"), fact("role_name"));
    let near = if workspace.is_empty() { organization } else { workspace };
    let place = match workspace {
        "" => organization.to_owned(),
        workspace => format!("{workspace} in {organization}"),
    };
    match kind {
        INVITED => (
            format!("Invitation to {near}"),
            format!("You are invited to join {place}. The link is in the mail that you got."),
        ),
        ADDED => (format!("You are in {near} now"), format!("You are a member of {place} from now on.")),
        REMOVED => (
            format!("You are no longer in {near}"),
            format!("You were removed from {place}. If that is a mistake, ask one of its administrators."),
        ),
        ROLE_GIVEN => {
            (format!("New role in {near}"), format!("You have the role {role} in {place} from now on."))
        }
        ROLE_TAKEN => {
            (format!("One role less in {near}"), format!("You no longer have the role {role} in {place}."))
        }
        NEW_DEVICE => ("New sign-in".to_owned(), new_device(fact)),
        ACTED_AS => ("Somebody acted as you".to_owned(), acted_as(fact)),
        DOMAIN_MISSED => (format!("The record of {} is missing", fact("domain")), domain_missed(fact)),
        DOMAIN_LOST => (format!("{} is not proved any more", fact("domain")), domain_lost(fact)),
        MESSAGE => (fact("title").to_owned(), fact("body").to_owned()),
        other => (other.replace('_', " "), String::new()),
    }
}

fn new_device<'a>(fact: impl Fn(&str) -> &'a str) -> String {
    let browser = match (fact("browser"), fact("device")) {
        ("", "") => "a browser that it was not signed in on before".to_owned(),
        (browser, "") => browser.to_owned(),
        ("", device) => device.to_owned(),
        (browser, device) => format!("{browser} on {device}"),
    };
    let address = fact("ip_address");
    format!(
        "Your account was signed in on {browser}, from {address}. If that was not you, somebody knows your password: \
         change it."
    )
}

fn acted_as<'a>(fact: impl Fn(&str) -> &'a str) -> String {
    let [actor, reason] = ["actor", "reason"].map(fact);
    format!(
        "{actor} signed in as you for a while, and said why: {reason} Whoever does that cannot change your password or how you \
         sign in. Ask whoever runs this application if you did not expect it."
    )
}

fn domain_missed<'a>(fact: impl Fn(&str) -> &'a str) -> String {
    let [domain, organization, until] = ["domain", "organization_name", "until"].map(fact);
    let day = until.get(..10).unwrap_or(until);
    format!(
        "The record that proves {domain} for {organization} is missing. Put it back: if it is still missing after {day}, \
         nobody joins {organization} by the domain any more. Members stay."
    )
}

fn domain_lost<'a>(fact: impl Fn(&str) -> &'a str) -> String {
    let [domain, organization] = ["domain", "organization_name"].map(fact);
    format!(
        "The record of {domain} was missing for too long: nobody joins {organization} by the domain any more. Members \
         stay. If the domain is still yours, put the record back and prove it again."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(kind: &str, facts: Value) -> (String, String) {
        words(kind, facts.as_object().unwrap())
    }

    #[test]
    fn every_kind_has_words_and_the_api_names_it() {
        let documented = include_str!("../../../../docs/API.md");
        for kind in KINDS {
            let (title, body) = said(kind, json!({}));
            assert!(title != kind.replace('_', " ") && !body.is_empty(), "{kind}: {title}");
            assert!(documented.contains(&format!("| `{kind}` |")), "{kind}");
        }
        assert_eq!(said("domain_renewed", json!({})), ("domain renewed".to_owned(), String::new()));
    }

    #[test]
    fn a_workspace_is_named_with_its_organization() {
        let acme = json!({ "organization_name": "Acme", "role_name": "Admin" });
        assert_eq!(said(ROLE_GIVEN, acme).1, "You have the role Admin in Acme from now on.");
        let lab = json!({ "organization_name": "Acme", "workspace_name": "Lab" });
        assert_eq!(said(ADDED, lab.clone()).0, "You are in Lab now");
        assert_eq!(said(ADDED, lab).1, "You are a member of Lab in Acme from now on.");
    }

    #[test]
    fn of_a_domain_the_day_is_named_on_which_it_is_lost() {
        let facts =
            json!({ "organization_name": "Acme", "domain": "acme.test", "until": "2026-01-09T10:00:00Z" });
        let (title, body) = said(DOMAIN_MISSED, facts.clone());
        assert_eq!(title, "The record of acme.test is missing");
        assert!(
            body.contains("proves acme.test for Acme") && body.contains("after 2026-01-09, nobody"),
            "{body}"
        );
        let (title, body) = said(DOMAIN_LOST, facts);
        assert_eq!(title, "acme.test is not proved any more");
        assert!(body.contains("of acme.test was") && body.contains("joins Acme by"), "{body}");
    }

    #[test]
    fn a_new_device_is_named_as_far_as_it_is_known() {
        let known = json!({ "browser": "Firefox", "device": "Linux", "ip_address": "192.0.2.7" });
        assert!(said(NEW_DEVICE, known).1.contains("signed in on Firefox on Linux, from 192.0.2.7."));
        let unknown = json!({ "browser": "", "device": "", "ip_address": "192.0.2.7" });
        assert!(
            said(NEW_DEVICE, unknown).1.contains("on a browser that it was not signed in on before, from")
        );
    }
}
