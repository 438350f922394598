//! `/me`: what the user is called, looks like and says of being there.

use super::contact;
use crate::app::Site;
use crate::caller::{Account, Own};
use crate::config::FieldUse;
use crate::contact::Kind;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::PictureId;
use crate::membership::words;
use crate::params;
use crate::picture::{self, Picture};
use crate::sign_up::restrictions;
use crate::user::notice::Changed;
use crate::user::username::{self, Username};
use crate::user::{self, User, factors, view};
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, CurrentUser};

/// What somebody may say of being there.
const AVAILABILITY: &[&str] = &["available", "busy", "away"];
const UPDATE: &[Field] = &[
    Field::optional("first_name", "At most 100 characters; an empty text for none.").length(0, 100),
    Field::optional("last_name", "The same.").length(0, 100),
    Field::optional("username", "Another username; an empty text for none, where it need not be.")
        .length(0, username::MAX_LENGTH),
    Field::optional("availability", "What others see.").one_of(AVAILABILITY),
    Field::optional("primary_email_address_id", "An address of mine that is verified."),
    Field::optional("primary_phone_number_id", "A phone number of mine that is verified."),
    Field::optional(
        "second_factor_policy",
        "Whether signing in takes a second factor, where that is left to me.",
    )
    .one_of(&["none", "optional", "enforced"]),
    Field::optional("remove_profile_picture", "`true`: there is to be none.").flag(),
];
const PICTURE: &[Field] =
    &[Field { required: true, ..Field::optional("file", "PNG, JPEG or WebP: a file, or base64.").file() }];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "The signed-in user. The one of the sign-in that acts.";
    let show_it = Operation::get::<CurrentUser>("/me", "getMe", about)
        .of_browser()
        .refuses(&[Code::SignedOut, Code::UserDisabled]);
    let about =
        "Change my profile. What is not said stays. A username and what is primary need a fresh proof.";
    let update_it =
        Operation::post::<CurrentUser>("/me", "updateMe", about).takes(UPDATE).of_browser().refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::ReauthenticationRequired,
            Code::RequiredField,
            Code::InvalidName,
            Code::InvalidParameter,
            Code::InvalidUsername,
            Code::UsernameReserved,
            Code::UsernameExists,
            Code::BannedKeyword,
            Code::EmailAddressNotFound,
            Code::PhoneNumberNotFound,
            Code::ContactNotProved,
            Code::NoAlternative,
            Code::SecondFactorEnforced,
            Code::SecondFactorMissing,
        ]);
    let about = "Set my picture. Instead of the one before; it has another address.";
    let picture_it = Operation::post::<CurrentUser>("/me/profile-picture", "setProfilePicture", about)
        .takes(PICTURE)
        .of_browser()
        .refuses(&[Code::SignedOut, Code::UserDisabled, Code::RequiredField, Code::InvalidPicture]);
    Routes::default()
        .add(show_it, me)
        .add(update_it.also_at(Method::PATCH, "/me", "patchMe"), update)
        .add(update_it, update)
        .add(picture_it, set_picture)
}

/// The user of the sign-in that acts.
async fn me(account: Account) -> Result<Response> {
    Ok(answer::ok(view(&account.site, account.user()?)))
}

/// What is said of a profile; what is not stays.
#[derive(Clone, Debug, Default)]
struct Said {
    first_name: Option<String>,
    last_name: Option<String>,
    username: Option<Option<Username>>,
    availability: Option<String>,
    second_factor_policy: Option<String>,
    /// `Some(None)`: there is to be none.
    picture: Option<Option<Picture>>,
    /// The id of an address, and of a phone number.
    primary: [Option<String>; 2],
}

const KINDS: [Kind; 2] = [Kind::Email, Kind::Phone];

impl Said {
    fn read(site: &Site, fields: &Fields) -> Result<Self> {
        let (auth, rules) = (&site.config.auth, &site.config.restrictions);
        let name = |field: &str, used: FieldUse| {
            let Some(text) = fields.given(field)?.filter(|_| used != FieldUse::Off) else { return Ok(None) };
            let name = user::name(text)?;
            restrictions::check_name(rules, &name)?;
            if name.is_empty() && used == FieldUse::Required {
                return Err(Error::refused(Code::RequiredField, format!("The field {field} is missing.")));
            }
            Ok::<_, Error>(Some(name))
        };
        let username = match fields.given("username")?.filter(|_| auth.username != FieldUse::Off) {
            None => None,
            Some("") if auth.username == FieldUse::Required => {
                return Err(Error::refused(Code::RequiredField, "The field username is missing."));
            }
            Some("") => Some(None),
            Some(text) => {
                let username = Username::wanted(text, &site.config.app_name)?;
                restrictions::check_name(rules, username.as_str())?;
                Some(Some(username))
            }
        };
        let availability = fields.text("availability")?;
        if availability.is_some_and(|word| !AVAILABILITY.contains(&word)) {
            let text = format!("availability must be one of {}.", AVAILABILITY.join(", "));
            return Err(Error::refused(Code::InvalidParameter, text));
        }
        let id = |field: &str| Ok::<_, Error>(fields.text(field)?.map(str::to_owned));
        Ok(Self {
            first_name: name("first_name", auth.first_name)?,
            last_name: name("last_name", auth.last_name)?,
            username,
            availability: availability.map(str::to_owned),
            second_factor_policy: fields.text("second_factor_policy")?.map(str::to_owned),
            picture: (fields.flag("remove_profile_picture")? == Some(true)).then_some(None),
            primary: [id("primary_email_address_id")?, id("primary_phone_number_id")?],
        })
    }

    /// Whether it says that another policy holds than the user has said.
    fn moves_policy(&self, user: &User) -> bool {
        let present = user.ways.second_factor_policy.as_deref();
        self.second_factor_policy.as_deref().is_some_and(|said| Some(said) != present)
    }

    /// Whether it says that there is another username than the user has.
    fn renames(&self, user: &User) -> bool {
        let said = self.username.as_ref().map(|said| said.as_ref().map(Username::as_str));
        said.is_some_and(|said| said != user.username.as_deref())
    }

    /// Whether it changes how the account is entered or reached.
    fn is_sensitive(&self, user: &User) -> bool {
        let moves = |(kind, id): (Kind, &Option<String>)| {
            id.as_ref().is_some_and(|id| kind.of(user).iter().any(|one| one.id == *id && !one.is_primary))
        };
        self.renames(user) || self.moves_policy(user) || KINDS.into_iter().zip(&self.primary).any(moves)
    }
}

/// What [`UPDATE`] lists, each if it changes.
async fn update(account: Account, fields: Fields) -> Result<Response> {
    let said = Said::read(&account.site, &fields)?;
    change(&account, said).await
}

/// `file`.
async fn set_picture(account: Account, fields: Fields) -> Result<Response> {
    let picture = picture::said(&fields, "file")?.flatten();
    let missing = || Error::refused(Code::RequiredField, "The field file is missing.");
    let picture = Some(Some(picture.ok_or_else(missing)?));
    change(&account, Said { picture, ..Said::default() }).await
}

async fn change(account: &Account, said: Said) -> Result<Response> {
    let drawn = PictureId::draw(&account.app.world);
    let changed = account.change_own(move |tx, of, own| {
        if said.is_sensitive(&own.user) {
            own.is_fresh()?;
        }
        write(tx, of.1, own, (&said, &drawn))?;
        if said.renames(&own.user) {
            let name = said.username.as_ref().and_then(Option::as_ref).map_or("", Username::as_str);
            own.way_changed(tx, of, Changed::UsernameChanged, name)?;
        }
        if let Some(policy) = said.second_factor_policy.as_deref().filter(|_| said.moves_policy(&own.user)) {
            own.way_changed(tx, of, Changed::SecondFactorPolicyChanged, policy)?;
        }
        for (kind, id) in KINDS.into_iter().zip(&said.primary) {
            if let Some(id) = id {
                contact::make_primary_in(tx, of, own, (kind, id))?;
            }
        }
        Ok(())
    });
    changed.await?;
    Ok(answer::ok(view(&account.site, &account.present().await?)))
}

fn write(tx: &mut Tx<'_>, site: &Site, own: &mut Own, (said, drawn): (&Said, &PictureId)) -> Result<()> {
    let (user, deployment, now) = (&own.user, &site.config.id, own.now());
    let username = match &said.username {
        None => user.username.as_deref().map(Username::parse).transpose()?,
        Some(said) => said.clone(),
    };
    let left = User { username: username.as_ref().map(Username::to_string), ..user.clone() };
    if said.renames(user) && username.is_none() && !user::ways::can_sign_in(&left, site) {
        return Err(Code::NoAlternative.into());
    }
    let picture_id = match &said.picture {
        None => user.ways.picture_id.clone(),
        Some(said) => {
            picture::store::replace(tx, (deployment, user.id.as_str()), (drawn, said.as_ref()), now)?
        }
    };
    if let Some(word) = &said.second_factor_policy {
        factors::chosen(word, site.config.auth.second_factor.policy, user.second_factor_at.is_some())?;
    }
    let skeleton = username.as_ref().map(Username::skeleton);
    let changed = tx.execute(
        "update users set first_name = $2, last_name = $3, username = $4, username_skeleton = $5,
             availability = $6, picture_id = $7, updated_at = $8, second_factor_policy = $9
         where id = $1 and not exists (select 1 from users other where other.deployment_id = users.deployment_id
             and other.username_skeleton = $5 and other.id <> users.id)",
        params![
            user.id.as_str(),
            said.first_name.as_ref().unwrap_or(&user.first_name),
            said.last_name.as_ref().unwrap_or(&user.last_name),
            username.as_ref().map(Username::as_str),
            skeleton.as_ref(),
            said.availability.as_ref().unwrap_or(&user.ways.availability),
            &picture_id,
            now,
            said.second_factor_policy.as_ref().or(user.ways.second_factor_policy.as_ref())
        ],
    )?;
    if changed == 0 {
        return Err(Code::UsernameExists.into());
    }
    words::renew(tx, deployment, &user.id)?;
    own.touch();
    Ok(())
}
