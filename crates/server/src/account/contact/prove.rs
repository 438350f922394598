//! Proving an address or a phone number: sending a code, and taking it.

use super::{Contact, Kind, changed, store, told};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::caller::{Account, Own};
use crate::db::Tx;
use crate::domain::joining::{self, Who};
use crate::error::{Error, Result};
use crate::id::{SecretId, UserId};
use crate::invitation;
use crate::membership::Place;
use crate::outbox::{self, Sealed};
use crate::secret::{self, For, Fresh, Used};
use crate::session::{read, scope};
use crate::throttle::{self, ADDRESS, CODE_GUESS, CODE_MAIL, CONTACT, OWNER_NOTE, Subject, Verdict};
use crate::user::email::EmailAddress;
use crate::user::mails;
use crate::user::notice::{self, Changed, Whence};
use crate::user::phone::E164;
use crate::world::SKEW_MS;
use keyrack_protocol::{Code, EndReason, VerificationPrepared};

/// Asked again sooner than this, no new code is made.
const RESEND_MS: i64 = 30_000;

impl Kind {
    fn secret(self) -> For {
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

fn about<'a>(own: &'a Own, identifier: &'a Subject) -> About<'a> {
    About {
        reason: "",
        user: Some(&own.user.id),
        session: Some(&own.room.loaded.id),
        sign_in: Some(&own.sign_in),
        identifier: Some(identifier),
    }
}

/// Everything that taking a code needs, drawn before the transaction.
#[derive(Clone)]
struct Trial {
    kind: Kind,
    contact: Contact,
    guess: String,
    identifier: Subject,
    address: Subject,
}

/// Takes a code: the address or number is proved, and taken from whoever had it unproved.
///
/// # Errors
/// `INVALID_CODE`, `verification_code_expired`, `too_many_attempts`; [`Code::EmailAddressNotFound`],
/// [`Code::PhoneNumberNotFound`]; `EMAIL_EXISTS` when somebody else proved the address first: then it is removed here.
pub async fn attempt(account: &Account, kind: Kind, (id, code): (&str, &str)) -> Result<()> {
    let contact = kind.find(account.user()?, id)?;
    if contact.is_proved {
        return Ok(());
    }
    let trial = Trial::draw(account, (kind, contact), code);
    let (user, wanted) = (account.user.clone(), trial.clone());
    let tried = account.change_own_after(
        move |tx, site| {
            let places = match kind {
                Kind::Email => {
                    joining::enter(tx, site, Who::Adding(&user, &EmailAddress::parse(&wanted.contact.text)?))?
                }
                Kind::Phone => Vec::new(),
            };
            Ok((places, store::holders(tx, (&site.config.id, kind), &wanted.contact.text)?))
        },
        move |tx, of, own, places| take(tx, of, own, (&trial, &places)),
    );
    match tried.await?.1 {
        Some(refused) => Err(refused.into()),
        None => Ok(()),
    }
}

impl Trial {
    fn draw(account: &Account, (kind, contact): (Kind, Contact), code: &str) -> Self {
        let (app, site) = (&account.app, &account.site);
        let subject = |plain: &str| Subject::new(&app.vault, &site.config.id, plain);
        Self {
            guess: secret::hash(&app.vault, kind.secret(), &contact.id, code),
            identifier: subject(&contact.text),
            address: subject(&account.counted_address()),
            kind,
            contact,
        }
    }
}

/// A refusal inside is committed (the guess is counted); an error undoes everything.
fn take(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &mut Own,
    (trial, places): (&Trial, &[Place]),
) -> Result<Option<Code>> {
    let (kind, now) = (trial.kind, own.now());
    let contact = kind.find(&own.user, &trial.contact.id)?;
    if contact.is_proved {
        return Ok(None);
    }
    let mut full = Vec::new();
    for (rule, subject) in [(&CODE_GUESS, &trial.identifier), (&ADDRESS, &trial.address)] {
        if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, now)? {
            return Err(Error::throttled(ms));
        }
    }
    let owner = (site.config.id.as_str(), kind.secret(), contact.id.as_str());
    let refused = match secret::consume(tx, owner, &trial.guess, now)? {
        Used::Wrong | Used::Dead => Some(Code::InvalidCode),
        Used::Expired => Some(Code::CodeExpired),
        Used::Now => None,
    };
    if let Some(code) = refused {
        let about = About { reason: code.as_str(), ..about(own, &trial.identifier) };
        audit::record(tx, site, &own.by(), Event::CodeRefused, about)?;
        audit::lockouts(tx, site, &own.by(), &full, about)?;
        return Ok(Some(code));
    }
    audit::record(tx, site, &own.by(), Event::CodeAccepted, about(own, &trial.identifier))?;
    throttle::forget(tx, &CODE_GUESS, &trial.identifier)?;
    throttle::take_back(tx, &ADDRESS, &trial.address)?;
    proved(tx, (app, site), own, (trial, places))
}

fn proved(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &mut Own,
    (trial, places): (&Trial, &[Place]),
) -> Result<Option<Code>> {
    let (kind, contact, now) = (trial.kind, &trial.contact, own.now());
    let owner = store::owner(tx, (&site.config.id, kind), &contact.text)?;
    match owner {
        Some(_) if kind == Kind::Email => {
            store::take(tx, kind, (&own.user.id, &contact.text))?;
            changed(tx, own)?;
            return Ok(Some(kind.exists()));
        }
        Some(owner) => take_number(tx, (app, site), own, (trial, &owner))?,
        None => {}
    }
    take_unproved(tx, site, own, (kind, &contact.text))?;
    store::prove(tx, kind, &contact.id, now)?;
    if kind.of(&own.user).iter().all(|contact| !contact.is_primary) {
        store::make_primary(tx, kind, (&own.user.id, &contact.id), now)?;
    }
    joining::join(tx, site, places, &own.user.id, &own.by())?;
    if kind == Kind::Email {
        invitation::tell_of_open(tx, site, (&own.user.id, &contact.text), now)?;
    }
    let what = kind.changed(Changed::EmailAdded, Changed::PhoneAdded);
    told(tx, (app, site), own, (what, &contact.text))?;
    Ok(None)
}

/// Takes a number from the account that had proved it, and tells that.
fn take_number(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    own: &Own,
    (trial, owner): (&Trial, &UserId),
) -> Result<()> {
    let Some(user) = own.beside(owner) else {
        return Err(Error::unavailable("take a phone number", "it changed hands meanwhile"));
    };
    store::take(tx, trial.kind, (owner, &trial.contact.text))?;
    store::touch(tx, owner, own.now())?;
    let about = About { reason: Changed::PhoneRemoved.word(), user: Some(owner), ..About::default() };
    audit::record(tx, site, &own.by().stranger(), Event::AccountChanged, about)?;
    // Whoever loses a number is not told where its new owner is.
    let (told, nowhere) = ((Changed::PhoneRemoved, trial.contact.text.as_str()), Whence::default());
    notice::way_changed(tx, (app, site), user, told, (&nowhere, own.now()))?;
    let sessions = read::sessions_of(tx, owner)?;
    scope::tell_in(tx, site, &sessions, &own.by())
}

/// Takes what is proved now from those who have it unproved, and ends their sign-ins.
fn take_unproved(tx: &mut Tx<'_>, site: &Site, own: &mut Own, (kind, text): (Kind, &str)) -> Result<()> {
    for user in own.all_beside() {
        if kind.of(&user).iter().any(|contact| contact.text == text && !contact.is_proved) {
            store::take(tx, kind, (&user.id, text))?;
            store::touch(tx, &user.id, own.now())?;
            own.end_all_of(tx, site, &user, EndReason::CredentialsChanged)?;
        }
    }
    Ok(())
}
