#![allow(clippy::string_slice, reason = "a test may panic")]

use super::*;
use crate::testing::{compile, detect};
use crate::{Report, ResponseFilter, Vault};

/// What all detectors of secrets find in a text: the detector, its score, and what it is.
fn secrets(text: &str) -> Vec<(String, u8, &str)> {
    let policy = compile(vec![detect(&["secrets"], Action::Mask)]);
    let mut findings = Vec::new();
    policy.find(text, Direction::Request, Place::USER, &mut findings);
    let told = |finding: &crate::Finding| {
        (policy.rule_name(finding.rule).to_owned(), finding.score, &text[finding.start..finding.end])
    };
    findings.iter().map(told).collect()
}

#[test]
fn prefixed_keys() {
    all_of(
        "aws-access-key",
        &["AKIAIOSFODNN7EXAMPLE", "ASIAY34FZKBOKMUTVV7A", "ABIAY34FZKBOKMUTVV7A", "ACCAY34FZKBOKMUTVV7A"],
    );
    none_of(
        "aws-access-key",
        &["AKIA", "AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7examPLE", "XAKIAIOSFODNN7EXAMPLE", "AIDAIOSFODNN7EXAMPLE"],
    );
    let ghp = format!("ghp_{}", "aB3xY9".repeat(6));
    let pat = format!("github_pat_{}_{}", "aB3x".repeat(5), "Zz9".repeat(19));
    all_of("github-token", &[&ghp, &ghp.replace("ghp", "gho"), &ghp.replace("ghp", "ghs"), &pat]);
    none_of("github-token", &["ghp_", "ghp_abc", &format!("x{ghp}"), &ghp.replace("ghp_", "ghp-"), "github_pat_short"]);
    all_of(
        "openai-key",
        &[
            "sk-abcdefghijklmnopqrstT3BlbkFJabcdefghij0123456789",
            "sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2",
            "sk-svcacct-0123456789abcdefXYZ_-9",
        ],
    );
    none_of(
        "openai-key",
        &[
            "sk-",
            "sk-short1",
            "disk-0123456789abcdefghijklmn",
            "sk-learn-has-many-2-fold-splitters",
            "sk-ant-api03-0123456789abcdefghij",
        ],
    );
    all_of("anthropic-key", &["sk-ant-api03-abc_DEF-0123456789abcdefghij-AA", "sk-ant-admin01-0123456789abcdefghij"]);
    all_of(
        "slack-token",
        &[
            "xoxb-1234567890-abcdefABCDEF0123456789",
            "xoxb-781236542736-2364535789652-GkwFDQoHqzXDVsC6GzqYUypD",
            "xoxp-12345678901-1234567890-12345678901-0123456789abcdef0123456789abcdef",
            "xoxa-2-511111111-31111111111-3111111111111-e039d02840a0b9379c",
            "xapp-1-A0B1C2D3E4F-5678901234567-0123456789abcdef0123456789abcdef",
        ],
    );
    none_of(
        "slack-token",
        &[
            "xoxb-abcdefghijkl",
            "xoxb-1",
            "xxoxb-1234567890-abcdefABCDEF0123456789",
            "xoxb-12345-abcd234",
            "xoxb-my-bot-token",
            "xoxe.xoxp-1-Mi0yLshort",
        ],
    );
    all_of("stripe-key", &["sk_live_4eC39HqLyjWDarjtT1zdp7dc", "rk_test_4eC39HqLyjWDarjtT1zdp7dc"]);
    none_of("stripe-key", &["pk_live_4eC39HqLyjWDarjtT1zdp7dc", "task_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_live_"]);
    all_of("google-api-key", &["AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI"]);
    none_of("google-api-key", &["AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsH", "AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI_"]);
    check(
        "url-credentials",
        &[("see postgres://app:s3cret@db/x.", &["app:s3cret"]), ("https://u:p%40@[::1]:80/", &["u:p%40"])],
    );
    none_of(
        "url-credentials",
        &[
            "https://example.com/a:b@c",
            "https://user@example.com",
            "a:b@c",
            "//a:b@c",
            "https://:@x",
            "https://x/ a:b@c.d",
        ],
    );
}

#[test]
fn private_key() {
    for label in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ] {
        let block = format!("-----BEGIN {label}-----\nProc-Type: 4,ENCRYPTED\n\nMIIE+/=\r\nabc\n-----END {label}-----");
        all_of("private-key", &[&block, &block.replace('\n', "\\n")]);
        // Without its end, as far as it looks like a key.
        let (cut, _) = block.split_once("-----END").unwrap();
        assert_eq!(found("private-key", cut), [cut]);
        assert_eq!(found("private-key", &format!("{cut}{block}")), [cut, &block]);
    }
    none_of(
        "private-key",
        &[
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "-----BEGIN PRIVATE",
            "----------",
            "BEGIN PRIVATE KEY",
        ],
    );
}

#[test]
fn jwt() {
    let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    let signed = format!("{header}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c");
    // {"alg":"RSA-OAEP","enc":"A256GCM"}
    let encrypted = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6D.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ.XFBoMYUZodetZdvT";
    all_of("jwt", &[&signed, encrypted]);
    check(
        "jwt",
        &[
            (&format!("Bearer {signed}."), &[&signed]),
            (&format!("{header}.eyJzdWIiOiIxIn0."), &[&format!("{header}.eyJzdWIiOiIxIn0.")]),
        ],
    );
    none_of("jwt", &[header, "eyJ", "eyJ..", "eyJmb28iOiJiYXIifQ.eyJzdWIiOiIxIn0.abcdefgh", &format!("x{signed}")]);
}

#[test]
fn private_keys_of_other_forms() {
    let putty = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me@host\nPublic-Lines: 2\nAAAA\nBBBB\n\
                 Private-Lines: 1\nAAAAIH\nPrivate-MAC: 0123456789abcdef";
    let ssh2 = "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAAi4=\n---- END SSH2 ENCRYPTED PRIVATE KEY ----";
    let encoded = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVB";
    all_of("private-key", &[putty, ssh2, encoded]);
    // In YAML, indented.
    let indented = "-----BEGIN RSA PRIVATE KEY-----\n    MIIEowIBAAKCAQEA\n    -----END RSA PRIVATE KEY-----";
    check("private-key", &[(&format!("key: |\n    {indented}\n"), &[indented])]);
    none_of(
        "private-key",
        &[
            "PuTTY-User-Key-File-",
            "a PuTTY-User-Key-File-x",
            "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJ0VENDQVZz",
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----",
        ],
    );
}

#[test]
fn jwt_of_other_forms() {
    let unsigned = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0";
    all_of("jwt", &[unsigned]);
    none_of("jwt", &["eyJhbGciOiJIUzI1NiJ9.next", "eyJhbGciOiJIUzI1NiJ9.eyJ"]);
}

#[test]
fn assignments() {
    let key = "Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB";
    for template in [
        "api_key = \"{}\"",
        "API_KEY={}",
        "export SERVICE_TOKEN='{}'",
        "apiKey: `{}`",
        "{\"client_secret\": \"{}\"}",
        "{\\\"client_secret\\\": \\\"{}\\\"}",
        "\"serviceToken\" => \"{}\"",
        "serviceToken := \"{}\"",
        "SERVICE_TOKEN ?= {}",
        "$serviceToken .= \"{}\";",
        "var serviceToken string = \"{}\"",
        "System.setProperty(\"SERVICE_TOKEN\", \"{}\")",
        "<serviceToken>\n    {}\n</serviceToken>",
        "--api-key {}",
        "--token={}",
        "https://example.com/?access_token={}&next=1",
        "X-Api-Key: {}",
        "Authorization: Bearer {}",
        "\"Authorization\": \"Token {}\"",
        "Authorization: {}",
        "- name: SERVICE_TOKEN\n  value: {}",
        "{\"name\": \"SERVICE_TOKEN\", \"value\": \"{}\"}",
        "**API key:** {}",
        "| secret | {} |",
        "the API key is {}.",
        "MYTOKEN={}",
        "mySecretString={}",
        "stripeKey = \"{}\"",
        "private char secret[33] = \"{}\";",
        "config = {\"token\":\"{}\"}\n",
        "TOKEN={}\\nOTHER=1",
        "//registry.example.com/:_authToken={}",
        "{\"auth\": \"{}\"}",
    ] {
        let text = template.replacen("{}", key, 1);
        assert_eq!(found("high-entropy-secret", &text), [key], "{text}");
    }
    none_of(
        "high-entropy-secret",
        &[
            key,
            "value = Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB",
            "public_key = \"Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB\"",
            "primaryKey=Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB",
            "key_id: 0123456789abcdef0123456789abcdef",
            "\"key\": \"Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB\"",
            "monkey=Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB",
            "author: Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB",
            "tokenize: Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB",
            "token: ${{ secrets.TOKEN }}",
            "token = os.environ.get(\"TOKEN_1234\")",
            "token=$TOKEN_VALUE_12",
            "token: <your-token-1234>",
            "token: xxxxxxxxxxxx1234",
            "api_key: 0123456789",
            "api_key: 2024-01-31T10:20:30",
            "secret_name: projects/1234567890/secrets/database",
            "AWS::IAM::AccessKey: 72c2d9dd90025459",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:MyTestSecret-a1b2c3",
            "token_url = https://example.com/oauth2/token12345",
            "next_page_token: Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB",
            "auth = requests.auth.HTTPBasicAuth1(user, password)",
            "API_KEY=\nOTHER_KEY=",
            "swagger[AUTHORIZER_KEY] = Py27Dict({\"type\": 1})",
            "if let Ok(key) = SigningKey::from_pkcs8(pkcs8) {",
            "the token, 5f4dcc3b5aa765d61d8327deb882cf99",
            "apiVersion: v1beta1, token: SNAPSHOT-1.2.3-rc4",
        ],
    );
}

#[test]
fn passwords() {
    check(
        "high-entropy-secret",
        &[
            ("password: hunter2!", &["hunter2!"]),
            ("My password is Tr0ub4dor&3.", &["Tr0ub4dor&3"]),
            ("dbPassword = \"P@ssw0rd$1\"", &["P@ssw0rd$1"]),
            ("DB_PASS=sw0rdfish", &["sw0rdfish"]),
            ("PWD=sw0rdfish;", &["sw0rdfish"]),
            ("password=123456", &["123456"]),
            (
                "my_password_super_secure = 'm{{h}o)p${e]nob(ody[finds>-_$#thisone}}'",
                &["m{{h}o)p${e]nob(ody[finds>-_$#thisone}}"],
            ),
            ("<password>sw0rdfish</password>", &["sw0rdfish"]),
            ("Kennwort: Sommer2024", &["Sommer2024"]),
            ("Das Passwort lautet Sommer2024!", &["Sommer2024!"]),
            ("mot de passe : soleil99", &["soleil99"]),
            ("contraseña: verano99", &["verano99"]),
            ("senha: verao99x", &["verao99x"]),
            ("пароль: leto2024", &["leto2024"]),
            ("パスワードは hunter22 です", &["hunter22"]),
            ("密码是hunter22。", &["hunter22"]),
            ("curl -u elastic:P4ssw0rd! https://localhost", &["P4ssw0rd!"]),
            ("curl --user \"api\":\"d2LkV78zLx!t\" https://localhost", &["d2LkV78zLx!t"]),
            ("curl -u 'd2LkV78zLx!t:' https://localhost", &["d2LkV78zLx!t"]),
            ("Authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l", &["YWxhZGRpbjpvcGVuc2VzYW1l"]),
        ],
    );
    none_of(
        "high-entropy-secret",
        &[
            "password: required",
            "password: string;",
            "\"password\": \"Enter your password\"",
            "the password is case-sensitive",
            "passwords must be 8-64 characters",
            "password length: 8-64",
            "password_attempts=123456",
            "passport: X1234567",
            "passed: 123456 tests",
            "let password = proxy.password().unwrap_or_default();",
            "let pass = Rc::new(Cell::new(true));",
            "password = self.config[\"password1\"]",
            "password: {{ .Values.password1 }}",
            "password: ********",
            "password=$PASSWORD1",
            "curl -u user:password https://localhost",
            "curl -u \"$USER:$PASS1\" https://localhost",
            "docker run -u 1000:1000 image",
            "curl -u <user:password1> https://localhost",
            "Basic features of a language",
            "see Basic Operations for more",
            "check(code='pass', exitcode=0)",
            "you can pass \"inline=False1\" to it",
            "assertEqual(passValue('string1'), 's')",
            "username = password.encode(\"latin1\")",
        ],
    );
    // What is weak counts for a rule that asks for it.
    let mut rule = detect(&["high-entropy-secret"], Action::Mask);
    let text = "password = \"swordfish\"";
    assert_eq!(found("high-entropy-secret", text), [""; 0]);
    rule.min_score = Some(25);
    let mut findings = Vec::new();
    compile(vec![rule]).find(text, Direction::Request, Place::USER, &mut findings);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].score, 25);
}

#[test]
fn keys_of_clouds() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE";
    for name in ["aws_secret_access_key = ", "AWS_SECRET_ACCESS_KEY=", "\"SecretAccessKey\": \"", "aws.secretKey: "] {
        assert_eq!(secrets(&format!("{name}{secret}")), [("aws-secret-key".to_owned(), 75, secret)]);
    }
    let row = format!("AKIAIOSFODNN7EXAMPLE,{secret}");
    assert_eq!(
        secrets(&row),
        [("aws-access-key".to_owned(), 100, "AKIAIOSFODNN7EXAMPLE"), ("aws-secret-key".to_owned(), 100, secret)]
    );
    let storage = "7hJk2LmNpQrStUvWxYz0123456789abcdEFGHijklMNo7hJk2LmNpQrStUvWxYz0123456789abcdEFGHijklM==";
    let text =
        format!("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={storage};EndpointSuffix=core.windows.net");
    assert_eq!(secrets(&text), [("azure-key".to_owned(), 75, storage)]);
    let bus = "0123456789abcdefghijABCDEFGHIJ0123456789abc=";
    let text = format!("Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={bus}");
    assert_eq!(secrets(&text), [("azure-key".to_owned(), 75, bus)]);
    all_of("azure-key", &["aB18Q~0123456789abcdefGHIJKLMNOPQRSTUV"]);
    let annotated = format!("{}JQQJ99{}", "aB3".repeat(17) + "x", "zY8".repeat(8) + "pq");
    all_of("azure-key", &[&annotated]);
    none_of(
        "azure-key",
        &["aB1xQ~0123456789abcdefGHIJKLMNOPQRSTUV", "aB18Q~short", storage, &annotated.replace("JQQJ99", "JQQJ98")],
    );
    all_of("google-oauth-secret", &["GOCSPX-0123456789abcdefghijABCDEFGH", "ya29.a0AfH6SMBx0123456789abcdef-_x"]);
}

#[test]
fn connection_strings() {
    check(
        "connection-string",
        &[
            ("Server=db;Database=orders;User Id=app;Password=swordfish;", &["swordfish"]),
            ("Data Source=db;Initial Catalog=o;User ID=sa;Pwd=swordfish", &["swordfish"]),
            ("Password=swordfish;Server=db", &["swordfish"]),
            ("jdbc:mysql://db/orders?user=app&password=swordfish&ssl=true", &["swordfish"]),
            ("host=db user=app password=swordfish dbname=orders", &["swordfish"]),
        ],
    );
    none_of(
        "connection-string",
        &[
            "Server=db;Password=${DB_PASSWORD};",
            "Server=db;Password=<password>;",
            "password=swordfish",
            "hostname = username = password = None",
            "Server=db\nPassword=swordfish",
        ],
    );
    // Each secret has one name.
    assert_eq!(
        secrets("Server=db;User Id=app;Password=Sw0rdfish!"),
        [("connection-string".to_owned(), 75, "Sw0rdfish!")]
    );
}

#[test]
fn webhooks() {
    let path = "T01234567/B01234567/0123456789abcdefGHIJKLMN";
    check("slack-webhook", &[(&format!("https://hooks.slack.com/services/{path}"), &[path])]);
    let token = format!("123456789012345678/{}", "aB3-xY9_".repeat(8) + "0123");
    check("vendor-token", &[(&format!("https://discord.com/api/webhooks/{token}"), &[&token])]);
    none_of(
        "vendor-token",
        &[&format!("https://example.com/api/webhooks/{token}"), "https://discord.com/api/webhooks/1/x"],
    );
}

#[test]
fn keys_of_vendors() {
    let hex = "0123456789abcdef".repeat(8);
    let hex = |length: usize| hex[..length].to_owned();
    all_of(
        "vendor-token",
        &[
            &format!("SK{}", hex(32)),
            &format!("{}-us12", hex(32)),
            &format!("pat0123456789abcd.{}", hex(64)),
            &format!("dapi{}", hex(32)),
            &format!("dapi{}-2", hex(32)),
            "110201543:AAHdqTcvCH1vGWJxfSe1ofSAs0K5PALDsaw",
            "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
            "hvs.CAESIJ0123456789abcdefghijABCDEFGHIJ",
            "dp.pt.0123456789abcdefghijABCDEFGHIJ0123456789abc",
            "0123456789abcd.atlasv1.0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ01234567",
            "dt0c01.0123456789abcdefghijABCD.0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ0123",
            "EAAAEO0123456789abcdefghij_ABCDEFGHIJ",
            "sntrys_eyJpYXQiOjE3MjkyNzg1ODEuMDgxMTUzLCJ1cmwiOn0=_0123456789abcdefghijABCDEFGHIJ0123456789abc",
            "ab12CD_0123456789abcdefghijABCDEFGHI_mmk",
        ],
    );
    none_of(
        "vendor-token",
        &[
            &format!("SK{}", "x".repeat(32)),
            &format!("{}-usa", hex(32)),
            "arn:aws:sns:aaa:111122223333:Aaaaaaaaaaaaaaaaaaasssssssdddddddddd",
            "foo:AAHdqTcvCH1vGWJxfSe1ofSAs0K5PALDsaw",
            "xxxxxxxxxxxxxx.atlasv1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            &format!("https://example.com/media/box.ico-{}.png", hex(32)),
        ],
    );
}

/// A stream is cut at blanks, and what announces a secret stands in front of one.
#[test]
fn every_cut_of_a_stream() {
    let policy = compile(vec![detect(&["secrets"], Action::Mask)]);
    let putty =
        "PuTTY-User-Key-File-3: ssh-ed25519\nComment: me\nPrivate-Lines: 1\nAAAAIH\nPrivate-MAC: 0123456789abcdef";
    for (text, expected) in [
        ("my password is hunter2! and so on", "my password is [HIGH_ENTROPY_SECRET] and so on"),
        ("api_key = \"Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB\" # x", "api_key = \"[HIGH_ENTROPY_SECRET]\" # x"),
        ("primary_key = Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB", "primary_key = Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB"),
        ("Authorization: Bearer cfcabd11c7ed9a41b1a3e063c32d5114 x", "Authorization: Bearer [HIGH_ENTROPY_SECRET] x"),
        ("Server=db; User Id=app; Password=swordfish; x", "Server=db; User Id=app; Password=[CONNECTION_STRING]; x"),
        ("- name: API_TOKEN\n  value: Zf3D0LXCM3EIMbgJpUNn\n", "- name: API_TOKEN\n  value: [HIGH_ENTROPY_SECRET]\n"),
        (&format!("see {putty}\nthere"), "see [PRIVATE_KEY]\nthere"),
    ] {
        let fed = |pieces: &[&str]| {
            let (vault, mut report, mut out) = (Vault::default(), Report::new(), String::new());
            let mut filter = ResponseFilter::new(Place::ASSISTANT, false);
            for piece in pieces {
                filter.push(&policy, &vault, piece, &mut out, &mut report).unwrap();
            }
            filter.finish(&policy, &vault, &mut out, &mut report).unwrap();
            out
        };
        for at in 0..=text.len() {
            assert_eq!(fed(&[&text[..at], &text[at..]]), expected, "cut at {at}");
        }
        let single: Vec<_> = (0..text.len()).map(|at| &text[at..=at]).collect();
        assert_eq!(fed(&single), expected, "byte by byte");
    }
}
