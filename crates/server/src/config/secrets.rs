//! Where secrets come from: a variable, a file that a variable names, or a file that the configuration names.
//! Never the configuration itself.

use super::problem::Problem;
use std::path::{Path, PathBuf};

/// Answers for environment variables; none that is empty.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where a secret was found.
pub(super) enum Found {
    /// In the variable itself.
    Value(String),
    /// In this file; the variable that names it, unless the configuration does; whether the service manager keeps
    /// others from it whatever its mode is.
    File(PathBuf, Option<String>, bool),
}

/// Looks for the secret `name` (`KEYRACK_…`): the variable, then `name`_FILE, then what the file's key names.
pub(super) fn find(env: Env<'_>, name: &str, key: Option<&PathBuf>) -> Result<Option<Found>, Problem> {
    let named = format!("{name}_FILE");
    // systemd gives the service access by a list of its own, which a mode shows as access of the group.
    let folder = env("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let file = |path: PathBuf, variable| {
        let kept = folder.as_ref().is_some_and(|folder| path.starts_with(folder));
        Some(Found::File(path, variable, kept))
    };
    match (env(name), env(&named)) {
        (Some(_), Some(_)) => {
            Err(Problem::outside(format!("{name} and {named} are both set; unset one of them")))
        }
        (Some(value), None) => Ok(Some(Found::Value(value.trim().to_owned()))),
        (None, Some(path)) => Ok(file(PathBuf::from(path), Some(named))),
        (None, None) => Ok(key.and_then(|path| file(path.clone(), None))),
    }
}

impl Found {
    /// The secret, without the line's end; what is wrong with its file goes to `problems`.
    pub(super) fn read(&self, problems: &mut Vec<Problem>) -> Option<String> {
        let (path, variable, kept) = match self {
            Self::Value(value) => return Some(value.clone()),
            Self::File(path, variable, kept) => (path, variable, *kept),
        };
        let about = |text: String| Problem { file: Some(path.clone()), ..Problem::outside(text) };
        match std::fs::read_to_string(path) {
            Ok(text) if text.trim().is_empty() => {
                problems.push(about("is empty; put the secret into it".to_owned()));
                None
            }
            Ok(text) => {
                if !kept && open_to_others(path) {
                    let fix = format!(
                        "other users of this machine can read this secret; chmod 600 {}",
                        path.display()
                    );
                    problems.push(about(fix).softened());
                }
                Some(text.trim().to_owned())
            }
            Err(cause) => {
                let text = format!("cannot be read ({cause}); check the path and the file's permissions");
                problems.push(match variable {
                    // What it holds may be the secret itself, put into the wrong variable.
                    Some(name) => Problem::outside(format!("the file that {name} names {text}")),
                    None => about(text),
                });
                None
            }
        }
    }
}

#[cfg(unix)]
pub(super) fn open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub(super) fn open_to_others(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)], key: Option<&str>) -> String {
        let env = |name: &str| variables.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
        match find(&env, "KEYRACK_X", key.map(PathBuf::from).as_ref()) {
            Ok(Some(Found::Value(value))) => format!("value {value}"),
            Ok(Some(Found::File(path, ..))) => format!("file {}", path.display()),
            Ok(None) => "nothing".to_owned(),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn the_variable_goes_before_its_file_and_that_before_the_key() {
        let (value, file) = (("KEYRACK_X", " v\n"), ("KEYRACK_X_FILE", "f"));
        assert_eq!(found(&[value], Some("k")), "value v");
        assert_eq!(found(&[file], Some("k")), "file f");
        assert_eq!(found(&[], Some("k")), "file k");
        assert_eq!(found(&[], None), "nothing");
        let both = "KEYRACK_X and KEYRACK_X_FILE are both set; unset one of them";
        assert_eq!(found(&[value, file], Some("k")), both);
    }

    #[test]
    fn a_secret_in_the_variable_that_should_name_its_file_is_not_shown() {
        for secret in ["c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "postgres://u:pw-secret@h/d"] {
            let env = |name: &str| (name == "KEYRACK_X_FILE").then(|| secret.to_owned());
            let mut problems = Vec::new();
            assert_eq!(find(&env, "KEYRACK_X", None).unwrap().unwrap().read(&mut problems), None);
            let [problem] = problems.as_slice() else { panic!("{}", problems.len()) };
            let shown = problem.to_string();
            assert!(shown.contains("KEYRACK_X_FILE") && !shown.contains(secret), "{shown}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_credential_of_the_service_manager_is_nobody_elses_whatever_its_mode_says() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "secret").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
        for (credentials, warnings) in [(folder.path(), 0), (Path::new("/elsewhere"), 1)] {
            let env =
                |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| credentials.display().to_string());
            let found = find(&env, "KEYRACK_X", Some(&path)).unwrap().unwrap();
            let mut problems = Vec::new();
            assert_eq!(found.read(&mut problems).as_deref(), Some("secret"));
            assert_eq!(problems.len(), warnings, "{}", credentials.display());
        }
    }
}
