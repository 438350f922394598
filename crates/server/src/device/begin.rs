//! A program asks to be signed in.

use super::store::{self, Request};
use super::{LIFE_MS, PAUSE_MS, State, UserCode};
use crate::app::{App, Site};
use crate::caller::Browser;
use crate::error::{Error, Result};
use crate::id::{DeviceRequestId, SecretId};
use crate::secret::{self, For, Fresh};
use crate::session::Proof;
use crate::throttle::{self, DEVICE, Subject, Verdict};
use crate::vault::Purpose;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_protocol::DeviceCode;
use std::sync::Arc;

/// What is kept of a code that people type.
pub(super) fn code_hash(app: &App, site: &Site, code: &UserCode) -> String {
    app.vault.hash(Purpose::OneTime, &format!("device_code/{}", site.config.id), code.0.as_bytes())
}

/// Keeps a request of this program, and gives the code to show and what to ask with.
///
/// # Errors
/// `too_many_attempts`, and what the database says.
pub(super) async fn begin(browser: &Browser, program: String) -> Result<DeviceCode> {
    let (app, site, now) =
        (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.app.world.clock.now_ms());
    let (id, code) = (DeviceRequestId::draw(&app.world), UserCode::draw(&app.world));
    let secret = BASE64.encode(app.world.random.bytes::<32>());
    let kept = Fresh {
        id: SecretId::draw(&app.world),
        hash: secret::hash(&app.vault, For::Device, id.as_str(), &secret),
    };
    let request = Request {
        id: id.clone(),
        program,
        ip_address: browser.address.to_string(),
        user_agent: browser.user_agent.clone(),
        language: browser.language().to_owned(),
        state: State::Waiting,
        by: None,
        proof: Proof { methods: String::new(), proved_at: 0, second_factor_at: None },
        pause_ms: PAUSE_MS,
        polled_at: 0,
        created_at: now,
        expires_at: now + LIFE_MS,
    };
    let hash = code_hash(&app, &site, &code);
    let client = Subject::new(&app.vault, &site.config.id, &browser.counted_address());
    let deployment = site.config.id.clone();
    let begun = browser.app.db.write(move |tx| {
        if let Verdict::Wait(ms) = throttle::count(tx, &DEVICE, &client, now)? {
            return Err(Error::throttled(ms));
        }
        store::create(tx, &deployment, (&request, &hash))?;
        secret::replace(tx, (&deployment, For::Device, request.id.as_str()), &kept, (now, now + LIFE_MS))
    });
    begun.await?;
    Ok(DeviceCode {
        device_code: format!("{id}.{secret}"),
        user_code: code.shown(),
        verification_uri: format!("{}/device", site.config.base()),
        expires_in: LIFE_MS / 1000,
        interval: PAUSE_MS / 1000,
    })
}
