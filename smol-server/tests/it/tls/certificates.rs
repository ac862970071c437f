//! Where certificates come from.

use super::*;

#[test]
fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    traces::listen();
    let certificates = [(); 3].map(|()| certificate());
    let der = certificates.each_ref().map(|certified| certified.cert.der().to_vec());
    let files = Files::of(&certificates[0]);
    let server = start(files.tls().check_every(Duration::ZERO), options(), HttpLimits::default());
    let site = Site { address: server.local_addr().unwrap(), server, trusted: certificates.into() };
    let mut tab = site.tab("/lab/a");
    assert_eq!(site.shown(), der[0]);
    files.write(&site.trusted[1]);
    assert_eq!(site.shown(), der[1]);
    // The key comes later than the certificate.
    fs::write(&files.certificate, site.trusted[2].cert.pem()).unwrap();
    assert_eq!(site.shown(), der[1]);
    fs::write(&files.certificate, "what the disk had room for").unwrap();
    assert_eq!(site.shown(), der[1]);
    fs::remove_file(&files.key).unwrap();
    assert_eq!(site.shown(), der[1]);
    traces::until_line("the file", |line| line.contains("WARN") && line.contains("privkey.pem"));
    files.write(&site.trusted[2]);
    assert_eq!(site.shown(), der[2]);
    tab.act(Action::new("inc"));
    tab.until_html("count", "1");
}

#[test]
fn files_are_looked_at_once_a_minute_at_most() {
    let certificates = [(); 2].map(|()| certificate());
    let first = certificates[0].cert.der().to_vec();
    let files = Files::of(&certificates[0]);
    let server = start(files.tls(), options(), HttpLimits::default());
    let site = Site { address: server.local_addr().unwrap(), server, trusted: certificates.into() };
    files.write(&site.trusted[1]);
    assert_eq!(site.shown(), first);
}

#[test]
fn files_that_cant_be_used_are_told_with_what_is_wrong() {
    let (one, other) = (certificate(), certificate());
    let files = Files::of(&one);
    let (pem, key) = (one.cert.pem(), one.signing_key.serialize_pem());
    let told = |certificate: &str, key: &str| {
        fs::write(&files.certificate, certificate).unwrap();
        fs::write(&files.key, key).unwrap();
        Tls::from_files(&files.certificate, &files.key).expect_err("it can be used").to_string()
    };
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let bad_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (certificate, key, file, part) in [
        ("", &*key, "fullchain.pem", "holds no certificate"),
        (&*key, &key, "fullchain.pem", "holds no certificate"),
        (broken, &key, "fullchain.pem", "isn't PEM"),
        (empty, &key, "fullchain.pem", "can't be used"),
        (&pem, "", "privkey.pem", "holds no private key"),
        (&pem, &pem, "privkey.pem", "holds no private key"),
        (&pem, encrypted, "privkey.pem", "encrypted"),
        (&pem, bad_key, "privkey.pem", "can't be used"),
        (&pem, &other.signing_key.serialize_pem(), "privkey.pem", "of another certificate"),
    ] {
        let told = told(certificate, key);
        assert!(told.contains(file) && told.contains(part), "{told}");
    }
    let missing = Tls::from_files(files.folder.join("missing.pem"), &files.key).unwrap_err().to_string();
    assert!(missing.contains("missing.pem") && missing.contains("can't be read"), "{missing}");
}

#[test]
fn settings_of_rustls_are_taken_but_for_what_the_server_speaks() {
    let certified = certificate();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.max_early_data_size = 1000;
    let server = start(Tls::new(Arc::new(config)), options(), HttpLimits::default());
    let site = Site { address: server.local_addr().unwrap(), server, trusted: vec![certified] };
    let mut config = site.config();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.enable_early_data = true;
    let mut stream = site.connect_by(config);
    stream.write_all(&get("/where")).unwrap();
    assert_eq!(http::read_head(&mut stream).text(), "/where");
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
}
