//! Sending the code that proves an address or a phone number.

use super::prove::about;
use super::{Contact, Kind, store};
use crate::app::{App, Site};
use crate::audit::{self, Event};
use crate::caller::{Account, Own};
use crate::db::Tx;
use crate::error::Result;
use crate::id::SecretId;
use crate::outbox::{self, Sealed};
use crate::secret::{self, For, Fresh};
use crate::throttle::{self, CODE_MAIL, CONTACT, OWNER_NOTE, Subject, Verdict};
use crate::user::email::EmailAddress;
use crate::user::mails;
use crate::user::phone::E164;
use crate::world::SKEW_MS;
use keyrack_protocol::VerificationPrepared;

/// Asked again sooner than this, no new code is made.
const RESEND_MS: i64 = 30_000;

impl Kind {
    pub(super) fn secret(self) -> For {
        match self {
            Self::Email => For::EmailAddress,
            Self::Phone => For::PhoneNumber,
        }
    }

    /// What an answer says of the code on its way.
    fn prepared(self, text: &str, otp_sent: bool) -> Result<VerificationPrepared> {
        Ok(match self {
            Self::Email => VerificationPrepared {
                otp_sent,
                masked_email: Some(EmailAddress::parse(text)?.masked()),
                ..VerificationPrepared::by("email_otp")
            },
            Self::Phone => VerificationPrepared {
                otp_sent,
                masked_phone: Some(E164::parse(text, None)?.masked()),
                ..VerificationPrepared::by("phone_otp")
            },
        })
    }
}

/// A code, and what may be sent, drawn before the transaction that knows which.
struct Drawn {
    fresh: Fresh,
    /// The hash of something nobody has: what an address of somebody else's waits for.
    unknown: String,
    budget: Subject,
    /// The account, which may not send codes to everybody in the world.
    sender: Subject,
    code: Sealed,
    note: Option<Sealed>,
    expires_at: i64,
}

impl Drawn {
    fn draw(account: &Account, (kind, contact): (Kind, &Contact)) -> Result<Self> {
        let (app, site): (&App, &Site) = (&account.app, &account.site);
        let (code, to) = (app.world.random.six_digits(), contact.text.as_str());
        let expires_at = app.world.clock.now_ms() + site.config.lifetimes.code_ms;
        let hash = |secret: &str| secret::hash(&app.vault, kind.secret(), &contact.id, secret);
        let (mail, note) = match kind {
            Kind::Email => (mails::address_code(site, to, &code), Some(mails::already_yours(site, to))),
            Kind::Phone => (mails::number_code(site, to, &code), None),
        };
        let seal = |mail| outbox::seal(app, "address_note", mail, expires_at);
        Ok(Self {
            fresh: Fresh { id: SecretId::draw(&app.world), hash: hash(&code) },
            unknown: hash(SecretId::draw(&app.world).as_str()),
            budget: Subject::new(&app.vault, &site.config.id, to),
            sender: Subject::new(&app.vault, &site.config.id, account.user.as_str()),
            code: outbox::seal(app, "address_code", &mail, expires_at)?,
            note: note.as_ref().map(seal).transpose()?,
            expires_at,
        })
    }
}

/// Sends a new code for an address or number that is to be proved; the old one dies. Asked too soon or too often it does
/// nothing, and says the same.
///
/// # Errors
/// [`Code::EmailAddressNotFound`], [`Code::PhoneNumberNotFound`]; [`Code::EmailExists`] where answers tell it.
pub async fn prepare(account: &Account, kind: Kind, id: &str) -> Result<VerificationPrepared> {
    let contact = kind.find(account.user()?, id)?;
    let drawn = Drawn::draw(account, (kind, &contact))?;
    let text = contact.text.clone();
    let sent = account.change_own(move |tx, (_, site), own| {
        let contact = kind.find(&own.user, &contact.id)?;
        if contact.is_proved {
            return Ok(false);
        }
        let owner = store::owner(tx, (&site.config.id, kind), &contact.text)?;
        let is_decoy = kind == Kind::Email && owner.is_some();
        if is_decoy && !site.config.uniform_answers {
            return Err(kind.exists().into());
        }
        post_code(tx, site, own, ((kind, &contact), &drawn, is_decoy))?;
        Ok(true)
    });
    kind.prepared(&text, sent.await?.1)
}

fn post_code(
    tx: &mut Tx<'_>,
    site: &Site,
    own: &Own,
    ((kind, contact), drawn, is_decoy): ((Kind, &Contact), &Drawn, bool),
) -> Result<()> {
    let (now, owner) = (own.now(), (site.config.id.as_str(), kind.secret(), contact.id.as_str()));
    let is_soon = |made_at| (-SKEW_MS..RESEND_MS).contains(&(now - made_at));
    if secret::made_at(tx, owner)?.is_some_and(is_soon)
        || throttle::count(tx, &CONTACT, &drawn.sender, now)? != Verdict::Counted
        || throttle::count(tx, &CODE_MAIL, &drawn.budget, now)? != Verdict::Counted
    {
        return Ok(());
    }
    let event = if is_decoy { Event::CodeWithheld } else { Event::CodeSent };
    audit::record(tx, site, &own.by(), event, about(own, &drawn.budget))?;
    if !is_decoy {
        secret::replace(tx, owner, &drawn.fresh, (now, drawn.expires_at))?;
        return outbox::post(tx, &site.config.id, &drawn.code, now);
    }
    let unknown = Fresh { hash: drawn.unknown.clone(), ..drawn.fresh.clone() };
    secret::replace(tx, owner, &unknown, (now, drawn.expires_at))?;
    match (&drawn.note, throttle::count(tx, &OWNER_NOTE, &drawn.budget, now)?) {
        (Some(note), Verdict::Counted) => outbox::post(tx, &site.config.id, note, now),
        _ => Ok(()),
    }
}
