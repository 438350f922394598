//! By what people sign in to a deployment, as far as a form that asks them needs to know.

use crate::core::Ask;
use crate::core::Outcome;
use crate::core::request::Request;
use crate::{By, Call, Client, Error, Loaded};
use keyrack_protocol::Session;
use serde_json::Value;
use std::sync::Arc;

/// One way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Way {
    /// A password, beside an address or a username.
    Password,
    /// A code that is mailed.
    EmailCode,
    /// A link that is mailed.
    EmailLink,
    /// A code by text message.
    PhoneCode,
    /// A passkey: only in browsers that have them.
    Passkey,
}

/// The ways of a deployment. By default, which is for as long as they were not read, a password beside either name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ways {
    /// All of them, the deployment's first one first.
    pub all: Vec<Way>,
    /// Whether an address may be typed beside a password.
    pub by_email: bool,
    /// Whether a username may.
    pub by_username: bool,
}

impl Default for Ways {
    fn default() -> Self {
        Self { all: vec![Way::Password], by_email: true, by_username: true }
    }
}

/// As the deployment's settings name them, in the order in which they are shown.
const NAMED: [(&str, Way); 5] = [
    ("email_password", Way::Password),
    ("username_password", Way::Password),
    ("email_otp", Way::EmailCode),
    ("email_magic_link", Way::EmailLink),
    ("phone_otp", Way::PhoneCode),
];

impl Ways {
    fn of(deployment: &Value) -> Self {
        let settings = &deployment["auth_settings"];
        let is_on = |name: &str| settings["auth_factors_enabled"][name] == true;
        let mut all = Vec::new();
        for (name, way) in NAMED {
            if is_on(name) && !all.contains(&way) {
                all.push(way);
            }
        }
        let first = NAMED.iter().find(|(name, _)| settings["first_factor"] == *name);
        all.sort_by_key(|way| first.is_none_or(|(_, first)| first != way));
        #[cfg(target_family = "wasm")]
        if settings["passkey"]["enabled"] == true && crate::webauthn::is_here() {
            all.push(Way::Passkey);
        }
        Self { all, by_email: is_on("email_password"), by_username: is_on("username_password") }
    }

    /// What somebody signs in by who has typed this; none of what is not typed. Usernames have no @ in them, and addresses do.
    #[must_use]
    pub fn by(&self, way: Way, typed: &str, password: String) -> Option<By> {
        let typed = typed.trim().to_owned();
        match way {
            Way::Password if self.by_username && !(self.by_email && typed.contains('@')) => {
                Some(By::Username { username: typed, password })
            }
            Way::Password => Some(By::Email { email: typed, password }),
            Way::EmailCode => Some(By::EmailCode(typed)),
            Way::EmailLink => Some(By::EmailLink(typed)),
            Way::PhoneCode => Some(By::PhoneCode(typed)),
            Way::Passkey => None,
        }
    }
}

impl Client {
    /// By what people sign in here.
    ///
    /// # Errors
    /// When the deployment's settings could not be read.
    pub fn ways(&self) -> Call<Ways> {
        self.call(Ask::Send(Request::get("/deployment")), |outcome| match outcome {
            Outcome::Data(data) => Ok(Ways::of(&data)),
            _ => Err(Error::network()),
        })
    }
}

impl Loaded {
    /// Signs in as [`Loaded::sign_in_by`] does, after the work that a deployment may ask for.
    ///
    /// # Errors
    /// Those of [`Loaded::sign_in_by`] and of [`Client::prove_work`].
    pub async fn enter(&self, by: By) -> Result<Arc<Session>, Error> {
        match self.sign_in_by(by.clone()).await {
            Err(error) if error.code == "challenge_required" => {
                self.client.prove_work().await?;
                self.sign_in_by(by).await
            }
            outcome => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ways(first: &str, on: &[&str]) -> Ways {
        let on: Value =
            on.iter().map(|name| ((*name).to_owned(), json!(true))).collect::<serde_json::Map<_, _>>().into();
        Ways::of(&json!({ "auth_settings": { "first_factor": first, "auth_factors_enabled": on } }))
    }

    #[test]
    fn the_ways_of_a_deployment_begin_with_its_first_one() {
        let all = ["phone_otp", "email_otp", "email_password", "username_password", "email_magic_link"];
        let found = ways("email_magic_link", &all).all;
        assert_eq!(found, [Way::EmailLink, Way::Password, Way::EmailCode, Way::PhoneCode]);
        assert_eq!(ways("username_password", &all).all[0], Way::Password);
        assert_eq!(ways("email_otp", &["email_password"]).all, [Way::Password], "its first one is off");
        assert_eq!(ways("", &[]).all, []);
    }

    #[test]
    fn what_is_typed_is_an_address_or_a_username_as_the_deployment_has_them() {
        let by = |on: &[&str], typed: &str| ways("", on).by(Way::Password, typed, "p".to_owned()).unwrap();
        let username = |name: &str| By::Username { username: name.to_owned(), password: "p".to_owned() };
        let both = ["email_password", "username_password"];
        assert_eq!(by(&both, " ada@example.com"), By::email("ada@example.com", "p"));
        assert_eq!(by(&both, "ada "), username("ada"));
        assert_eq!(by(&both[..1], "ada"), By::email("ada", "p"));
        assert_eq!(by(&both[1..], "a@b"), username("a@b"));
        assert_eq!(ways("", &both).by(Way::Passkey, "", String::new()), None);
    }
}
