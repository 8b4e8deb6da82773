//! A provider's key, or what its requests are signed with.

use tollgate_policy::translate::ProviderApi;

use super::secrets;
use crate::config::documents::Doc;
use crate::config::kinds::{AwsKeySource, AwsSource, CredentialSource, ProviderSpec, SecretSource};
use crate::config::problems::Problems;
use crate::model::Credential;

/// Checks the credential of a provider whose `location` is known by now.
pub fn check(doc: &Doc<ProviderSpec>, location: Option<&str>, problems: &mut Problems) -> Option<Credential> {
    let CredentialSource { env, file, aws } = doc.spec.credential.clone()?;
    let Some(aws) = aws else {
        let source = SecretSource { env, file };
        source_at(doc, "spec/credential", &source, problems);
        return Some(Credential::Key(source));
    };
    if env.is_some() || file.is_some() {
        doc.error(problems, "spec/credential", "write either `aws`, or one of `env: NAME` and `file: /path`");
    }
    if doc.spec.api != ProviderApi::Bedrock {
        let message =
            format!("goes with api `bedrock` only, and this one is `{}`: write `env` or `file`", doc.spec.api);
        doc.error(problems, "spec/credential/aws", message);
    } else if location.is_none() && doc.spec.location.is_none() {
        let message =
            "requests are signed for one AWS region, and the endpoint's host does not say which: add `location`";
        doc.error(problems, "spec/credential/aws", message);
    }
    Some(match aws {
        AwsSource::Machine => Credential::AwsMachine,
        AwsSource::Keys(keys) => {
            let AwsKeySource { access_key_id, secret_access_key, session_token } = &keys;
            let parts = [
                ("accessKeyId", Some(access_key_id)),
                ("secretAccessKey", Some(secret_access_key)),
                ("sessionToken", session_token.as_ref()),
            ];
            for (name, source) in parts {
                if let Some(source) = source {
                    source_at(doc, &format!("spec/credential/aws/{name}"), source, problems);
                }
            }
            Credential::Aws(keys)
        }
    })
}

fn source_at(doc: &Doc<ProviderSpec>, path: &str, source: &SecretSource, problems: &mut Problems) {
    if let Err(message) = secrets::check(source) {
        doc.error(problems, path, message);
    }
}
