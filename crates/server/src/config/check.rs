//! From the tables of the file to deployments: defaults, bounds, and what must fit together.

use super::file::{DeploymentTable, LifetimesTable, Source};
use super::value::Span;
use super::{ConfigError, Deployment, Lifetimes, Mode, Ui};
use std::collections::HashSet;
use std::ops::RangeInclusive;
use toml::Spanned;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Turns one table into a deployment. `mode` is what the command line says, if it does.
pub(super) fn deployment(
    source: &Source,
    table: &Spanned<DeploymentTable>,
    mode: Option<Mode>,
) -> Result<Deployment, ConfigError> {
    let span = table.span();
    let table = table.as_ref();
    let origin = table.origin.as_ref().0.clone();
    let base = Deployment::built_in(0, mode.unwrap_or(table.mode));
    let url =
        |given: &Option<super::value::PageUrl>| given.as_ref().map_or_else(String::new, |url| url.0.clone());
    let deployment = Deployment {
        id: table.id.as_ref().0.clone(),
        app_name: table.app_name.as_ref().map_or_else(|| table.id.as_ref().0.clone(), |name| name.0.clone()),
        hosts: table.hosts.iter().map(|host| host.as_ref().0.clone()).collect(),
        any_loopback: false,
        allowed_origins: allowed_origins(table),
        origin,
        cookie_domain: table.cookie_domain.as_ref().map(|domain| domain.as_ref().0.clone()),
        uniform_answers: table.uniform_answers.unwrap_or(base.uniform_answers),
        lifetimes: lifetimes(source, &table.lifetimes)?,
        max_accounts_per_session: cap(
            source,
            "max_accounts_per_session",
            &table.max_accounts_per_session,
            10,
        )?
        .unwrap_or(base.max_accounts_per_session),
        max_sessions_per_account: cap(
            source,
            "max_sessions_per_account",
            &table.max_sessions_per_account,
            100,
        )?
        .unwrap_or(base.max_sessions_per_account),
        ui: Ui {
            after_sign_out_one_page_url: url(&table.after_sign_out_one_page_url),
            after_sign_out_all_page_url: url(&table.after_sign_out_all_page_url),
            ..Ui::default()
        },
        mail_from: table.mail_from.as_ref().map_or_else(String::new, |sender| sender.0.clone()),
        ..base
    };
    hosts_fit(source, &span, table)?;
    origin_fits(source, table, &deployment)?;
    Ok(deployment)
}

/// Refuses two deployments of one id, and one host in two of them (or twice in one).
pub(super) fn no_duplicates(source: &Source, tables: &[Spanned<DeploymentTable>]) -> Result<(), ConfigError> {
    let mut ids = HashSet::new();
    let mut hosts = HashSet::new();
    for table in tables.iter().map(Spanned::as_ref) {
        let id = &table.id.as_ref().0;
        if !ids.insert(id) {
            return Err(
                source.refuse(&table.id.span(), format!("a second deployment {id:?}; give it another id"))
            );
        }
        for host in &table.hosts {
            let name = &host.as_ref().0;
            if !hosts.insert(name) {
                let text =
                    format!("the host {name:?} is named twice; a host belongs to one deployment, once");
                return Err(source.refuse(&host.span(), text));
            }
        }
    }
    Ok(())
}

fn allowed_origins(table: &DeploymentTable) -> Vec<String> {
    let mut all = vec![table.origin.as_ref().0.to_string()];
    for origin in table.allowed_origins.iter().map(|origin| origin.0.to_string()) {
        if !all.contains(&origin) {
            all.push(origin);
        }
    }
    all
}

fn hosts_fit(
    source: &Source,
    span: &std::ops::Range<usize>,
    table: &DeploymentTable,
) -> Result<(), ConfigError> {
    let host = &table.origin.as_ref().0.host;
    if table.hosts.is_empty() {
        return Err(source.refuse(span, format!("the deployment has no hosts; add hosts = [{host:?}]")));
    }
    if table.hosts.iter().any(|named| named.as_ref().0 == *host) {
        return Ok(());
    }
    Err(source
        .refuse(&table.origin.span(), format!("the origin's host {host:?} is not among hosts; add it there")))
}

fn origin_fits(source: &Source, table: &DeploymentTable, deployment: &Deployment) -> Result<(), ConfigError> {
    let origin = &deployment.origin;
    if deployment.mode == Mode::Production && !origin.https && !origin.is_loopback() {
        let text =
            format!("in production {origin} must begin with https: browsers keep the cookie for https only");
        return Err(source.refuse(&table.origin.span(), text));
    }
    if let Some(domain) = &table.cookie_domain
        && !origin.may_set_cookies_for(&domain.as_ref().0)
    {
        let text = format!(
            "cookie_domain {:?} is not a parent, of at least two labels, of the origin's host {:?}",
            domain.as_ref().0,
            origin.host
        );
        return Err(source.refuse(&domain.span(), text));
    }
    Ok(())
}

fn cap(
    source: &Source,
    key: &str,
    given: &Option<Spanned<u32>>,
    most: u32,
) -> Result<Option<u32>, ConfigError> {
    let Some(given) = given else { return Ok(None) };
    if (1..=most).contains(given.as_ref()) {
        return Ok(Some(*given.as_ref()));
    }
    Err(source.refuse(&given.span(), format!("{key} is {}; it must be 1 to {most}", given.as_ref())))
}

/// A duration of the file with its name and bounds.
struct Bounded<'a>(&'a str, &'a Option<Spanned<Span>>, RangeInclusive<i64>, &'a str);

impl Bounded<'_> {
    fn or(&self, source: &Source, default: i64) -> Result<i64, ConfigError> {
        let Self(key, given, bounds, words) = self;
        let Some(given) = given else { return Ok(default) };
        let ms = given.as_ref().0;
        if bounds.contains(&ms) {
            return Ok(ms);
        }
        Err(source.refuse(&given.span(), format!("{key} must be {words}")))
    }
}

fn lifetimes(source: &Source, table: &LifetimesTable) -> Result<Lifetimes, ConfigError> {
    let base = Lifetimes::default();
    let age = Bounded("sign_in_max_age", &table.sign_in_max_age, MINUTE..=400 * DAY, "1 minute to 400 days");
    let attempt = Bounded("attempt", &table.attempt, MINUTE..=DAY, "1 minute to 1 day");
    let token = Bounded("token", &table.token, 5 * SECOND..=HOUR, "5 seconds to 1 hour");
    let (age, attempt) = (age.or(source, base.sign_in_max_age_ms)?, attempt.or(source, base.attempt_ms)?);
    let idle_words = "at least 1 minute and no longer than sign_in_max_age";
    let idle = Bounded("sign_in_idle", &table.sign_in_idle, MINUTE..=age, idle_words);
    let code_words = "at least 30 seconds and no longer than attempt";
    let code = Bounded("code", &table.code, 30 * SECOND..=attempt, code_words);
    Ok(Lifetimes {
        sign_in_max_age_ms: age,
        // A shorter outer life also shortens what was not named.
        sign_in_idle_ms: idle.or(source, base.sign_in_idle_ms.min(age))?,
        attempt_ms: attempt,
        code_ms: code.or(source, base.code_ms.min(attempt))?,
        token_ms: token.or(source, base.token_ms)?,
    })
}
