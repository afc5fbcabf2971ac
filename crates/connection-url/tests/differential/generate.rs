//! Strings to compare by: valid ones, and ones broken in the ways in which people and programs break them. The n-th string
//! is always the same, so that a sample is the start of the whole and a failure can be looked at again.

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to choose by.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    /// True in `percent` of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Words with every character that a grammar cares about.
const WORDS: [&str; 40] = [
    "app",
    "orders",
    "u",
    "svc-orders",
    "a.b",
    "A_b",
    "caf%C3%A9",
    "café",
    "p%40ss",
    "p%2Fw",
    "p%3Aw",
    "p+w",
    "p w",
    "p%20w",
    "%",
    "%zz",
    "%4",
    "%00",
    "%ff",
    "p@w",
    "p/w",
    "p:w",
    "p?w",
    "p#w",
    "p&w",
    "p=w",
    "p;w",
    "p,w",
    "[x]",
    "a'b",
    "a\\b",
    "\"q\"",
    "$x",
    "100%25",
    "%2A%2A%2A",
    "**",
    "\u{201c}x\u{201d}",
    "-",
    "~",
    "^|`{}",
];

/// A word; mostly a harmless one, so that a string has one fault rather than five.
fn word(random: &mut Random) -> String {
    if random.chance(88) {
        WORDS[random.below(12)].replace("p w", "pw").to_owned()
    } else {
        random.pick(&WORDS).to_owned()
    }
}

/// Breaks a string at one place, sometimes.
fn mutate(text: String, random: &mut Random) -> String {
    if random.chance(75) {
        return text;
    }
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.below(characters.len().max(1));
    match random.below(5) {
        0 if !characters.is_empty() => {
            characters.remove(at);
        }
        1 => {
            let noise: Vec<char> = random
                .pick(&[
                    "%", "%%", "@", ":", "/", "?", "&", "=", ",", " ", "'", "\\", "[", "]", "#",
                    ";", "\t", "é", "\n", "&&", "==", "%0", "%C3", "//", "\u{201c}",
                ])
                .chars()
                .collect();
            characters.splice(at..at, noise);
        }
        2 => characters.truncate(at),
        3 if at + 1 < characters.len() => characters.swap(at, at + 1),
        _ => {
            if let Some(character) = characters.get(at).copied() {
                characters.insert(at, character);
            }
        }
    }
    characters.into_iter().collect()
}

fn userinfo(random: &mut Random) -> String {
    match random.below(8) {
        0 | 1 => String::new(),
        2 => format!("{}@", word(random)),
        3 if random.chance(20) => "@".to_owned(),
        4 if random.chance(20) => format!(":{}@", word(random)),
        5 if random.chance(50) => format!("{}:@", word(random)),
        _ => format!("{}:{}@", word(random), word(random)),
    }
}

const POSTGRESQL_HOSTS: [&str; 20] = [
    "localhost",
    "db.example.com",
    "10.0.0.7",
    "[::1]",
    "[2001:db8::1]",
    "%2Fvar%2Frun%2Fpostgresql",
    "db-1",
    "DB.Example.COM",
    "",
    "[::1",
    "::1]",
    "[]",
    "[fe80::1%25eth0]",
    "h%20x",
    "%2ftmp",
    "@abstract",
    "%40abstract",
    "h x",
    "xn--mller-kva.de",
    "müller.de",
];

const PORTS: [&str; 12] = [
    "", ":5432", ":1", ":65535", ":", ":0", ":65536", ":abc", ":5432x", ":%35", ": 5", ":-1",
];

fn hosts(random: &mut Random, names: &[&str]) -> String {
    let count = if random.chance(70) {
        1
    } else {
        2 + random.below(3)
    };
    let list: Vec<String> = (0..count)
        .map(|_| {
            let name = if random.chance(90) {
                names[random.below(8)]
            } else {
                random.pick(names)
            };
            let port = if random.chance(93) {
                PORTS[random.below(4)]
            } else {
                random.pick(&PORTS)
            };
            // A MongoDB socket has no port; mostly it is written so.
            let port = if name.ends_with(".sock") && random.chance(90) {
                ""
            } else {
                port
            };
            format!("{name}{port}")
        })
        .collect();
    list.join(",")
}

/// The keywords of libpq with values that fit and values that don't, some names that are none, and odd pairs.
const POSTGRESQL_PAIRS: [&str; 74] = [
    "sslmode=require",
    "sslmode=verify-full",
    "sslmode=disable",
    "application_name=orders%20api",
    "connect_timeout=10",
    "target_session_attrs=read-write",
    "options=-c%20search_path%3Dapp",
    "client_encoding=UTF8",
    "sslrootcert=%2Fca.pem",
    "sslcert=c.pem",
    "sslkey=k.pem",
    "sslpassword=s3cr3t",
    "keepalives=1",
    "keepalives_idle=30",
    "keepalives_interval=5",
    "keepalives_count=3",
    "tcp_user_timeout=1000",
    "channel_binding=require",
    "gssencmode=disable",
    "krbsrvname=pg",
    "load_balance_hosts=random",
    "passfile=%2Fhome%2Fx%2F.pgpass",
    "require_auth=scram-sha-256",
    "replication=database",
    "service=orders",
    "sslcertmode=allow",
    "sslcompression=0",
    "sslcrl=x",
    "sslcrldir=y",
    "sslnegotiation=direct",
    "sslsni=1",
    "ssl_min_protocol_version=TLSv1.2",
    "ssl_max_protocol_version=TLSv1.3",
    "requirepeer=postgres",
    "gsslib=gssapi",
    "gssdelegation=1",
    "min_protocol_version=3.0",
    "max_protocol_version=3.2",
    "scram_client_key=abc",
    "scram_server_key=def",
    "oauth_issuer=https%3A%2F%2Fx",
    "oauth_client_id=i",
    "oauth_client_secret=s",
    "oauth_scope=o",
    "sslkeylogfile=l",
    "fallback_application_name=f",
    "host=other",
    "host=%2Ftmp",
    "host=a,b",
    "hostaddr=10.0.0.1",
    "hostaddr=10.0.0.1,::1",
    "port=6432",
    "port=1,2",
    "port=x",
    "user=bob",
    "password=p%40ss",
    "dbname=shop",
    "ssl=true",
    "ssl=false",
    "ssl=TRUE",
    "requiressl=1",
    "SSLMODE=require",
    "sslmode=",
    "sslmode=bogus",
    "foo=bar",
    "=x",
    "sslmode",
    "a=b=c",
    "authtype=x",
    "tty=x",
    "application_name=a b",
    "application_name=a+b",
    "options=%zz",
    "sslmode%3Drequire",
];

fn pairs(random: &mut Random, pairs: &[&str], likely: usize, separator: &str) -> String {
    let count = random.below(4);
    let list: Vec<&str> = (0..count)
        .map(|_| {
            if random.chance(85) {
                pairs[random.below(likely)]
            } else {
                random.pick(pairs)
            }
        })
        .collect();
    let separator = match random.below(30) {
        0 => "&&",
        1 => ";",
        _ => separator,
    };
    let end = if random.chance(4) { "&" } else { "" };
    format!("{}{end}", list.join(separator))
}

/// A string for libpq: a URL, or keywords and values.
pub fn postgresql(index: u64) -> String {
    let mut random = Random::new(index.wrapping_mul(2).wrapping_add(1));
    let random = &mut random;
    let text = if random.chance(30) {
        keyword_value(random)
    } else {
        let scheme = if random.chance(94) {
            random.pick(&["postgresql://", "postgres://"])
        } else {
            random.pick(&[
                "postgresql:/",
                "postgresql:",
                "POSTGRESQL://",
                "postgresql+psycopg2://",
                "pg://",
                " postgresql://",
            ])
        };
        let database = match random.below(10) {
            0..=5 => format!("/{}", word(random)),
            6 => "/".to_owned(),
            7 => format!("/{}/x", word(random)),
            _ => String::new(),
        };
        let query = match random.below(10) {
            0..=5 => format!("?{}", pairs(random, &POSTGRESQL_PAIRS, 57, "&")),
            6 => "?".to_owned(),
            _ => String::new(),
        };
        format!(
            "{scheme}{}{}{database}{query}",
            userinfo(random),
            hosts(random, &POSTGRESQL_HOSTS)
        )
    };
    mutate(text, random)
}

fn keyword_value(random: &mut Random) -> String {
    let count = 1 + random.below(5);
    let mut text = String::new();
    for _ in 0..count {
        let name = if random.chance(92) {
            random.pick(&[
                "host",
                "port",
                "dbname",
                "user",
                "password",
                "sslmode",
                "application_name",
                "hostaddr",
                "options",
                "connect_timeout",
                "sslpassword",
                "service",
                "target_session_attrs",
                "requiressl",
            ])
        } else {
            random.pick(&["HOST", "server", "ssl", "", "Host", "database", "foo"])
        };
        let equals = random.pick(&["=", "=", "=", " = ", "= ", " ="]);
        let value = match random.below(12) {
            0 => "''".to_owned(),
            1 => format!("'{}'", word(random).replace('\'', "\\'")),
            2 => "'a b'".to_owned(),
            3 => r"'it\'s \\ here'".to_owned(),
            4 => r"a\ b".to_owned(),
            5 => random
                .pick(&["'open", "'a''b'", "\\", "a'b", "'a'b", ""])
                .to_owned(),
            6 => "localhost,other".to_owned(),
            7 => "/var/run/postgresql".to_owned(),
            _ => word(random),
        };
        text.push_str(name);
        text.push_str(equals);
        text.push_str(&value);
        text.push_str(random.pick(&[" ", " ", " ", "  ", "\t", "\n", "\u{b}"]));
    }
    text
}

const MONGODB_HOSTS: [&str; 22] = [
    "localhost",
    "db.example.com",
    "10.0.0.7",
    "[::1]",
    "[2001:db8::1]",
    "%2Ftmp%2Fmongodb-27017.sock",
    "cluster0.abc.mongodb.net",
    "DB.Example.COM",
    "",
    "[::1",
    "::1",
    "[]",
    "/tmp/mongodb.sock",
    "%2Ftmp%2Fx",
    "h x",
    "h%20x",
    "müller.de",
    "rel.sock",
    "host_1",
    "h/x",
    "%2Ftmp%2FMONGODB.SOCK",
    "[::ffff:1.2.3.4]",
];

const MONGODB_PAIRS: [&str; 112] = [
    "retryWrites=true",
    "w=majority",
    "w=2",
    "replicaSet=rs0",
    "authSource=admin",
    "tls=true",
    "tls=false",
    "ssl=true",
    "readPreference=secondaryPreferred",
    "readPreference=secondary&readPreferenceTags=dc:ny,rack:1",
    "maxPoolSize=50",
    "minPoolSize=5",
    "maxIdleTimeMS=1000",
    "connectTimeoutMS=5000",
    "socketTimeoutMS=5000",
    "serverSelectionTimeoutMS=3000",
    "heartbeatFrequencyMS=10000",
    "localThresholdMS=15",
    "appName=orders",
    "compressors=zlib",
    "zlibCompressionLevel=6",
    "journal=true",
    "wTimeoutMS=100",
    "readConcernLevel=majority",
    "retryReads=false",
    "directConnection=true",
    "directConnection=false",
    "loadBalanced=false",
    "maxStalenessSeconds=120&readPreference=secondary",
    "waitQueueTimeoutMS=10",
    "uuidRepresentation=standard",
    "authMechanism=SCRAM-SHA-256",
    "authMechanism=SCRAM-SHA-1",
    "timeoutMS=100",
    "maxConnecting=2",
    "serverMonitoringMode=poll",
    "srvServiceName=custom",
    "srvMaxHosts=2",
    "loadBalanced=true",
    "authMechanism=MONGODB-X509",
    "authMechanism=PLAIN",
    "authMechanism=GSSAPI",
    "authMechanism=MONGODB-AWS",
    "authMechanism=GSSAPI&authMechanismProperties=SERVICE_NAME:other,CANONICALIZE_HOST_NAME:true",
    "authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:tok%2Bn",
    "authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:test",
    "authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:azure,TOKEN_RESOURCE:api",
    "authMechanism=MONGODB-OIDC",
    "authMechanism=bogus",
    "authSource=$external",
    "authSource=",
    "tlsInsecure=true",
    "tlsAllowInvalidCertificates=true",
    "tlsAllowInvalidHostnames=true",
    "tlsCAFile=%2Fca.pem",
    "tlsCertificateKeyFile=k.pem",
    "tlsCertificateKeyFilePassword=s3cr3t",
    "tlsDisableOCSPEndpointCheck=true",
    "tls=true&ssl=false",
    "tlsInsecure=true&tlsAllowInvalidCertificates=true",
    "proxyHost=p",
    "proxyHost=p&proxyPort=1080",
    "proxyPort=1080",
    "w=-1",
    "w=",
    "w=0",
    "retryWrites=yes",
    "retryWrites=1",
    "retryWrites=",
    "retryWrites=TRUE",
    "maxPoolSize=abc",
    "maxPoolSize=-1",
    "maxPoolSize=1.5",
    "maxPoolSize=0",
    "maxPoolSize=",
    "connectTimeoutMS=-1",
    "connectTimeoutMS=0",
    "heartbeatFrequencyMS=100",
    "maxStalenessSeconds=10",
    "maxStalenessSeconds=-1",
    "zlibCompressionLevel=10",
    "zlibCompressionLevel=-1",
    "compressors=snappy,zlib",
    "compressors=bogus",
    "compressors=",
    "readPreference=bogus",
    "readPreferenceTags=dc",
    "readPreferenceTags=",
    "readPreferenceTags=dc:ny&readPreferenceTags=",
    "authMechanismProperties=x",
    "authMechanismProperties=SERVICE_NAME:a:b",
    "uuidRepresentation=bogus",
    "foo=bar",
    "FOO=BAR",
    "retrywrites=true",
    "APPNAME=x",
    "journal=true&journal=false",
    "maxPoolSize=1&maxpoolsize=2",
    "w",
    "=x",
    "a=b=c",
    "appName=a%20b",
    "appName=a+b",
    "appName=%zz",
    "appName=%ff",
    "appName=",
    "wtimeout=5",
    "j=true",
    "serverSelectionTryOnce=false",
    "srvMaxHosts=0",
    "srvMaxHosts=-1",
    "maxConnecting=0",
];

/// A string for MongoDB drivers.
pub fn mongodb(index: u64) -> String {
    let mut random = Random::new(index.wrapping_mul(2));
    let random = &mut random;
    let srv = random.chance(15);
    let scheme = if random.chance(97) {
        if srv { "mongodb+srv://" } else { "mongodb://" }
    } else {
        random.pick(&[
            "mongo://",
            "mongodb:/",
            "MONGODB://",
            "mongodb//",
            "mongodb+srv:/",
            " mongodb://",
            "http://",
        ])
    };
    let hosts = if srv && random.chance(80) {
        random
            .pick(&[
                "cluster0.abc.mongodb.net",
                "a.b.c",
                "cluster0.abc.mongodb.net:27017",
                "localhost",
                "a.b",
                "10.0.0.7",
            ])
            .to_owned()
    } else {
        hosts(random, &MONGODB_HOSTS)
    };
    let database = match random.below(12) {
        0..=5 => format!(
            "/{}",
            random.pick(&["orders", "admin", "a.b", "caf%C3%A9", "a-b", "o%2Dx"])
        ),
        6 | 7 => "/".to_owned(),
        8 => format!("/{}", word(random)),
        9 => format!(
            "/{}",
            random.pick(&[
                "a b", "a%20b", "a$b", "a\\b", "a/b", "a\"b", "a%00b", "a*b", "a%2Fb"
            ])
        ),
        _ => String::new(),
    };
    let query = match random.below(10) {
        0..=6 => format!("?{}", pairs(random, &MONGODB_PAIRS, 36, "&")),
        7 => "?".to_owned(),
        _ => String::new(),
    };
    let text = format!("{scheme}{}{hosts}{database}{query}", userinfo(random));
    mutate(text, random)
}
