//! `/me/update-password` and `/me/remove-password`.

use crate::app::Site;
use crate::caller::{Account, Own};
use crate::db::Tx;
use crate::error::Result;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::sign_in::own_password;
use crate::user::notice::Changed;
use crate::user::{User, password, standing, view, ways};
use axum::response::Response;
use keyrack_protocol::{Code, CurrentUser, EndReason};

const CURRENT: Field = Field::optional(
    "current_password",
    "The present one; it may be left out where something was proved in the last ten minutes.",
)
.length(0, password::MAX_LENGTH);
const UPDATE: &[Field] = &[
    CURRENT,
    Field::required("new_password", "As `auth_settings.password` of the deployment asks for.")
        .length(8, password::MAX_LENGTH),
];
const REMOVE: &[Field] = &[CURRENT];
const REFUSES: &[Code] = &[
    Code::SignedOut,
    Code::UserDisabled,
    Code::ReauthenticationRequired,
    Code::InvalidCredentials,
    Code::TooManyAttempts,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "Set my password. Takes the present one, or a fresh proof. All other sign-ins of mine end, and this one \
                 gets a new key.";
    let set_it = Operation::post::<CurrentUser>("/me/update-password", "updatePassword", about)
        .takes(UPDATE)
        .hands_out()
        .refuses_also(
            REFUSES,
            &[
                Code::RequiredField,
                Code::PasswordTooShort,
                Code::PasswordTooLong,
                Code::PasswordTooSimple,
                Code::PasswordNamesYou,
                Code::PasswordBreached,
            ],
        );
    let about = "Remove my password. The same, and not where it is the last way in.";
    let remove_it = Operation::post::<CurrentUser>("/me/remove-password", "removePassword", about)
        .takes(REMOVE)
        .hands_out()
        .refuses_also(REFUSES, &[Code::NoAlternative]);
    Routes::default().add(set_it, set).add(remove_it, remove)
}

/// How somebody has shown that the account is theirs.
#[derive(Clone, Debug)]
pub enum Shown {
    /// By the present password: its PHC string, which must still be the account's.
    Password(String),
    /// By what was proved for the sign-in in the last ten minutes.
    Fresh,
}

impl Shown {
    /// Reads it from what was sent: a password that is there must be right, whatever was proved before.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS`, `too_many_attempts`; `reauthentication_required` when there is no password.
    pub async fn read(account: &Account, typed: Option<&str>) -> Result<Self> {
        account.is_own().await?;
        match typed.filter(|_| account.user().is_ok_and(|user| user.has_password)) {
            Some(typed) => own_password::check(account, typed.to_owned()).await.map(Self::Password),
            None => account.is_fresh().map(|()| Self::Fresh),
        }
    }

    /// Whether it still holds, under the account's lock.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` when the password was changed meanwhile, `reauthentication_required`.
    pub fn still(&self, own: &Own) -> Result<()> {
        match self {
            Self::Password(hash) if own.password_hash.as_ref() == Some(hash) => Ok(()),
            Self::Password(_) => Err(Code::InvalidCredentials.into()),
            Self::Fresh => own.is_fresh(),
        }
    }
}

/// `current_password?`, `new_password`.
async fn set(account: Account, fields: Fields) -> Result<Response> {
    let new = fields.required("new_password")?.to_owned();
    let names = account.user()?.names();
    password::check(&account.site.config, &new, &names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let shown = Shown::read(&account, fields.text("current_password")?).await?;
    let app = &account.app;
    let hash = app.hasher.hash(app.hasher.place()?, &app.world, new).await?;
    let what = if account.user()?.has_password { Changed::PasswordChanged } else { Changed::PasswordSet };
    change(&account, shown, (Some(hash), what)).await
}

/// `current_password?`.
async fn remove(account: Account, fields: Fields) -> Result<Response> {
    let shown = Shown::read(&account, fields.text("current_password")?).await?;
    change(&account, shown, (None, Changed::PasswordRemoved)).await
}

async fn change(
    account: &Account,
    shown: Shown,
    (hash, what): (Option<String>, Changed),
) -> Result<Response> {
    let changed = account.change_own(move |tx, (app, site), own| {
        shown.still(own)?;
        write(tx, site, own, hash.as_deref())?;
        let proof = match &shown {
            Shown::Password(_) => own.proof.with("pwd", false, own.now()),
            Shown::Fresh => own.proof.clone(),
        };
        own.way_changed(tx, (app, site), what, "")?;
        own.end_others(tx, site, EndReason::CredentialsChanged)?;
        own.renew_key(tx, app, &proof)?;
        own.touch();
        Ok(())
    });
    let left = changed.await?.0;
    Ok(account.answer_with(&left, view(&account.site, &account.present().await?)))
}

fn write(tx: &mut Tx<'_>, site: &Site, own: &Own, hash: Option<&str>) -> Result<()> {
    match hash {
        Some(hash) => standing::set_password(tx, &own.user, hash, own.now()),
        None if !own.user.has_password => Ok(()),
        None => {
            let left = User { has_password: false, ..own.user.clone() };
            if !ways::can_sign_in(&left, site) {
                return Err(Code::NoAlternative.into());
            }
            standing::remove_password(tx, &own.user, own.now())
        }
    }
}
