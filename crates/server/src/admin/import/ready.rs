//! A record, checked by itself, with everything drawn that its account needs.

use super::record::{Moment, Record};
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, EmailAddressId, PhoneNumberId, UserId};
use crate::user;
use crate::user::authenticator::Secret;
use crate::user::email::EmailAddress;
use crate::user::foreign::{Foreign, Unusable};
use crate::user::kept::{self, Kept};
use crate::user::phone::E164;
use crate::user::store::NewUser;
use crate::user::username::Username;
use crate::vault::Vault;
use crate::world::World;
use jiff::Timestamp;
use keyrack_protocol::Code;

/// How many addresses beside the first an account may bring.
const OTHERS: usize = 20;

/// How the operator wants it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Addresses count as proved.
    pub vouch: bool,
    /// Hashes of no use are left out.
    pub drop: bool,
    /// Now, in Unix milliseconds.
    pub now: i64,
}

/// An account that can be made.
pub(super) struct Ready {
    /// The account, with its address (`""` for none).
    pub user: NewUser,
    /// What the application keeps with it.
    pub kept: Kept,
    /// What its hash costs to verify, where that is not what ours cost.
    pub kind: Option<String>,
    /// Other proved addresses.
    pub others: Vec<(EmailAddressId, String)>,
    /// A proved number.
    pub phone: Option<(PhoneNumberId, String)>,
    /// An authenticator: its id, and its secret sealed.
    pub authenticator: Option<(AuthenticatorId, String)>,
    /// Whether it is kept out.
    pub disabled: bool,
    /// When it was made, in Unix milliseconds.
    pub created_at: i64,
    /// Why it has no password, although the record has a hash; `""` otherwise.
    pub without_password: String,
}

impl Ready {
    /// What it is put in order by among others.
    pub(super) fn key(&self) -> (String, String) {
        let username = self.user.username.as_ref().map_or("", Username::as_str);
        (self.user.email.clone(), username.to_owned())
    }
}

/// Checks a record.
pub(super) fn ready((vault, world): (&Vault, &World), record: &Record, asked: Asked) -> Result<Ready> {
    let email = said(&record.email).map(EmailAddress::parse).transpose()?;
    let phone = said(&record.phone).map(|phone| E164::parse(phone, None)).transpose()?;
    let username = said(&record.username).map(Username::parse).transpose()?;
    let (hash, without_password) = hash(record, asked)?;
    let is_proved = email.is_some() && (record.email_verified || asked.vouch);
    let can_come = username.is_some() && hash.is_some();
    may_be_made((email.as_ref(), is_proved), phone.is_some(), can_come)?;
    let authenticator = said(&record.totp_secret).map(|text| authenticator((vault, world), text));
    Ok(Ready {
        kind: hash.as_ref().and_then(Foreign::kind),
        user: NewUser {
            id: UserId::draw(world),
            email_id: EmailAddressId::draw(world),
            first_name: user::name(said(&record.first_name).unwrap_or_default())?,
            last_name: user::name(said(&record.last_name).unwrap_or_default())?,
            username,
            is_proved,
            password_hash: hash.as_ref().map(Foreign::text),
            email: email.as_ref().map(EmailAddress::to_string).unwrap_or_default(),
        },
        kept: kept(record)?,
        others: others(world, record, email.as_ref())?,
        phone: phone.map(|phone| (PhoneNumberId::draw(world), phone.to_string())),
        authenticator: authenticator.transpose()?,
        disabled: record.disabled,
        created_at: created_at(record, asked.now)?,
        without_password,
    })
}

/// What is said, if it is anything: an empty text is how files say that there is none.
fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// An account is found by a proved address or number, or by a username beside a password.
fn may_be_made(
    (email, is_proved): (Option<&EmailAddress>, bool),
    has_phone: bool,
    can_come: bool,
) -> Result<()> {
    if is_proved || has_phone || can_come {
        return Ok(());
    }
    let why = if email.is_some() {
        "The address was not proved there, and nothing else lets its owner in: somebody may have signed up with another person's. Vouch for all addresses of the file with --vouch if you know better."
    } else {
        "An account needs an address, a number, or a username and a password."
    };
    Err(Error::refused(Code::RequiredField, why))
}

fn hash(record: &Record, asked: Asked) -> Result<(Option<Foreign>, String)> {
    let Some(text) = said(&record.password_hash) else { return Ok((None, String::new())) };
    match Foreign::read(text) {
        Ok(hash) => Ok((Some(hash), String::new())),
        Err(why) if asked.drop => Ok((None, why.to_string())),
        Err(why) => Err(unusable(why)),
    }
}

fn unusable(why: Unusable) -> Error {
    let text = format!(
        "password_hash: {why}. With --drop-unusable such accounts are made without a password, and their owners set one by \"forgot password\"."
    );
    Error::refused(Code::InvalidParameter, text)
}

fn authenticator((vault, world): (&Vault, &World), text: &str) -> Result<(AuthenticatorId, String)> {
    let secret = Secret::read(text).ok_or_else(|| {
        let why =
            "totp_secret: it is not 160 bits in base 32. Leave it out, and have its owner set up another.";
        Error::refused(Code::InvalidParameter, why)
    })?;
    let id = AuthenticatorId::draw(world);
    let sealed = secret.seal((vault, world), &id)?;
    Ok((id, sealed))
}

fn kept(record: &Record) -> Result<Kept> {
    Ok(Kept {
        external_id: said(&record.external_id).map(kept::external_id).transpose()?,
        public_metadata: record.public_metadata.as_ref().map(kept::metadata).transpose()?,
        private_metadata: record.private_metadata.as_ref().map(kept::metadata).transpose()?,
    })
}

fn others(
    world: &World,
    record: &Record,
    first: Option<&EmailAddress>,
) -> Result<Vec<(EmailAddressId, String)>> {
    let mut others: Vec<(EmailAddressId, String)> = Vec::new();
    for text in &record.other_emails {
        let email = EmailAddress::parse(text)?;
        if first != Some(&email) && others.iter().all(|(_, other)| other != email.as_str()) {
            others.push((EmailAddressId::draw(world), email.to_string()));
        }
    }
    if others.len() > OTHERS || (!others.is_empty() && first.is_none()) {
        let text = format!("other_emails has at most {OTHERS}, beside a first one in email.");
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    Ok(others)
}

/// When it was made: no later than now.
fn created_at(record: &Record, now: i64) -> Result<i64> {
    let read = match &record.created_at {
        None => return Ok(now),
        Some(Moment::Ms(ms)) => Timestamp::from_millisecond(*ms).ok(),
        Some(Moment::Text(text)) => text.trim().parse::<Timestamp>().ok(),
    };
    let at = read.map(Timestamp::as_millisecond).filter(|at| *at >= 0).ok_or_else(|| {
        let text = "created_at is a time in RFC 3339, or in milliseconds since 1970.";
        Error::refused(Code::InvalidParameter, text)
    })?;
    Ok(at.min(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rfc_3339_or_milliseconds_and_never_ahead() {
        let now = 1_767_225_600_000;
        let of = |at: Option<Moment>| created_at(&Record { created_at: at, ..Record::default() }, now).ok();
        let text = |text: &str| Some(Moment::Text(text.to_owned()));
        assert_eq!(of(None), Some(now));
        assert_eq!(of(Some(Moment::Ms(5))), Some(5));
        assert_eq!(of(text("2020-01-01T00:00:00Z")), Some(1_577_836_800_000));
        assert_eq!(of(text("2020-01-01 01:00:00.5+01:00")), Some(1_577_836_800_500));
        assert_eq!(of(text("2999-01-01T00:00:00Z")), Some(now));
        for wrong in [Some(Moment::Ms(-1)), Some(Moment::Ms(i64::MAX)), text("soon"), text("2020-01-01")] {
            assert_eq!(of(wrong.clone()), None, "{wrong:?}");
        }
    }
}
