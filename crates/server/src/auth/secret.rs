use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;
use secrecy::SecretString;

use crate::config::{Config, SHORTEST_SECRET};

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("cannot keep a generated secret in {path}: {source}; set JWT_SECRET instead")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} holds no usable secret; delete it or set JWT_SECRET")]
    Broken { path: PathBuf },
}

/// The configured secret; without one (in development) one that is generated once and kept in the data folder.
pub fn load_or_generate(config: &Config) -> Result<SecretString, SecretError> {
    if let Some(secret) = &config.auth.secret {
        return Ok(secret.clone());
    }
    let path = config.stores.data_dir.join("jwt-secret");
    let failed = |source| SecretError::Io { path: path.clone(), source };
    fs::create_dir_all(&config.stores.data_dir).map_err(failed)?;
    let kept = match keep_new(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(&path).map_err(failed)?,
        outcome => outcome.map_err(failed)?,
    };
    let kept = kept.trim();
    if kept.len() < SHORTEST_SECRET {
        return Err(SecretError::Broken { path });
    }
    Ok(SecretString::from(kept))
}

/// Written elsewhere and linked into place, so that two starting servers agree on one whole secret.
fn keep_new(path: &Path) -> io::Result<String> {
    if path.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut bytes = [0_u8; 48];
    rand::fill(&mut bytes).map_err(|_| io::Error::other("no randomness"))?;
    let secret = base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes);
    let draft = path.with_extension(std::process::id().to_string());
    let mut file = private_file(&draft)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked.map(|()| secret)
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::fixtures::Folder;

    fn config(folder: &Folder) -> Config {
        let data_dir = folder.path.to_str().unwrap();
        Config::from_pairs(&[("DATA_DIR", data_dir)]).unwrap()
    }

    #[test]
    fn a_generated_secret_is_kept_and_only_its_owner_can_read_it() {
        let folder = Folder::new();
        let first = load_or_generate(&config(&folder)).unwrap();
        let second = load_or_generate(&config(&folder)).unwrap();
        assert_eq!(first.expose_secret(), second.expose_secret());
        assert!(first.expose_secret().len() >= SHORTEST_SECRET);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let file = fs::metadata(folder.path.join("jwt-secret")).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&folder.path).unwrap().count(), 1);
    }

    #[test]
    fn a_truncated_secret_is_not_used() {
        let folder = Folder::new();
        fs::create_dir_all(&folder.path).unwrap();
        fs::write(folder.path.join("jwt-secret"), "short").unwrap();
        let error = load_or_generate(&config(&folder)).unwrap_err();
        assert!(error.to_string().contains("delete it or set JWT_SECRET"));
    }
}
