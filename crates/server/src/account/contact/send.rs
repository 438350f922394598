//! Sending the code that proves an address or a phone number.

use super::prove::about;
use crate::app::{App, Site};
use crate::audit::{self, Event};
use crate::caller::{Account, Own};
use crate::contact::{Contact, Kind, store};
use crate::db::Tx;
use crate::error::Result;
use crate::id::SecretId;
use crate::mail::{self, ADDRESS_CODE, ADDRESS_NOTE, PHONE_CODE};
use crate::outbox::{self, Sealed};
use crate::secret::{self, For, Fresh};
use crate::throttle::{self, CONTACT, OWNER_NOTE, Subject, Verdict};
use crate::user::email::EmailAddress;
use crate::user::phone::E164;
use crate::user::{self, Asker, Purse, SmsBudget, reachable};
use keyrack_protocol::VerificationPrepared;

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

/// Whose budget a code is sent on.
enum Budget {
    Mail(Subject),
    Sms(SmsBudget),
}

impl Budget {
    fn allows(&self, tx: &mut Tx<'_>, site: &Site, purse: &Purse, now: i64) -> Result<bool> {
        match self {
            Self::Mail(_) => user::code_budget(tx, purse, now),
            Self::Sms(budget) => budget.allows(tx, site, (purse, true), now),
        }
    }

    /// The address or number, for the records.
    fn identifier(&self) -> &Subject {
        match self {
            Self::Mail(address) => address,
            Self::Sms(budget) => budget.number(),
        }
    }
}

/// A code, and what may be sent, drawn before the transaction that knows which.
struct Drawn {
    fresh: Fresh,
    /// The hash of something nobody has: what an address of somebody else's waits for.
    unknown: String,
    budget: Budget,
    purse: Purse,
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
        let (facts, to) =
            ([("code", code.as_str()), ("minutes", &mail::minutes(&site.config))], (account.language(), to));
        let (code_message, note, budget) = match kind {
            Kind::Email => {
                let mail = mail::render(site, &ADDRESS_CODE, to, &facts)?;
                let note = mail::render(site, &ADDRESS_NOTE, to, &[])?;
                (
                    outbox::seal(app, ADDRESS_CODE.name, &mail, expires_at)?,
                    Some(outbox::seal(app, ADDRESS_NOTE.name, &note, expires_at)?),
                    Budget::Mail(Subject::new(&app.vault, &site.config.id, to.1)),
                )
            }
            Kind::Phone => {
                let sms = reachable::sms(site, &PHONE_CODE, to, &facts)?;
                let client = account.counted_address();
                (
                    outbox::seal_sms(app, PHONE_CODE.name, &sms, expires_at)?,
                    None,
                    Budget::Sms(SmsBudget::new(&app.vault, &site.config.id, (to.1, &client))),
                )
            }
        };
        Ok(Self {
            fresh: Fresh { id: SecretId::draw(&app.world), hash: hash(&code) },
            unknown: hash(SecretId::draw(&app.world).as_str()),
            budget,
            purse: Purse::of(&app.vault, &site.config.id, (Asker::Wanting, to.1)),
            sender: Subject::new(&app.vault, &site.config.id, account.user.as_str()),
            code: code_message,
            note,
            expires_at,
        })
    }
}

/// Sends a new code for an address or number that is to be proved; the old one dies. Asked too soon or too often it does
/// nothing, and says the same.
///
/// # Errors
/// `email_address_not_found`, `phone_number_not_found`; `EMAIL_EXISTS` where answers tell it.
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
    if !drawn.budget.allows(tx, site, &drawn.purse, now)?
        || throttle::count(tx, &CONTACT, &drawn.sender, now)? != Verdict::Counted
    {
        return Ok(());
    }
    let event = if is_decoy { Event::CodeWithheld } else { Event::CodeSent };
    audit::record(tx, site, &own.by(), event, about(own, drawn.budget.identifier()))?;
    let hash = if is_decoy { &drawn.unknown } else { &drawn.fresh.hash };
    let fresh = Fresh { hash: hash.clone(), ..drawn.fresh.clone() };
    secret::replace(tx, owner, &fresh, (now, drawn.expires_at))?;
    // Counted alike, and a row in any case: whether there is an owner is nobody's to measure.
    let noted = if is_decoy { drawn.budget.identifier() } else { &drawn.purse.subject };
    let may_be_noted = throttle::count(tx, &OWNER_NOTE, noted, now)? == Verdict::Counted;
    match &drawn.note {
        Some(note) if is_decoy && may_be_noted => outbox::post(tx, &site.config.id, note, now),
        Some(note) if is_decoy => outbox::withhold(tx, &site.config.id, note, now),
        _ => outbox::post(tx, &site.config.id, &drawn.code, now),
    }
}
