/**
 * A sample of each engine's options and ways to sign in, with every group and every kind in it. The whole catalogue is
 * the crate `connection-url`'s; nothing here ships.
 */
import type { AuthMechanismInfo } from '../bindings/AuthMechanismInfo';
import type { UrlOptionInfo } from '../bindings/UrlOptionInfo';

type Group = UrlOptionInfo['group'];

const option = (
  name: string,
  group: Group,
  kind: UrlOptionInfo['kind'],
  documentation: string,
  rest: Partial<UrlOptionInfo> = {},
): UrlOptionInfo => ({
  name,
  aliases: [],
  group,
  kind,
  values: [],
  default: null,
  minimum: null,
  maximum: null,
  documentation,
  deprecated: null,
  ...rest,
});

const choice = (name: string, group: Group, values: string[], documentation: string, rest = {}) =>
  option(name, group, 'choice', documentation, { values, ...rest });

const boolean = (name: string, group: Group, documentation: string, rest: Partial<UrlOptionInfo> = {}) =>
  option(name, group, 'boolean', documentation, { values: ['false', 'true'], ...rest });

export const POSTGRESQL_OPTIONS: UrlOptionInfo[] = [
  choice(
    'sslmode',
    'tls',
    ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
    'Whether the connection is encrypted, and how much of the server’s certificate is checked. Only verify-full checks that the server is the one named.',
    { default: 'prefer' },
  ),
  option('sslrootcert', 'tls', 'file', 'File with the certificates of the authorities to trust, or system.', {
    default: '~/.postgresql/root.crt',
  }),
  option('sslcert', 'tls', 'file', 'File with the client’s certificate.'),
  option('sslkey', 'tls', 'file', 'File with the private key of the client’s certificate.'),
  option('sslpassword', 'tls', 'secret', 'The password under which the private key is encrypted.'),
  option('sslcrldir', 'tls', 'folder', 'Folder with lists of revoked certificates.'),
  option('sslsni', 'tls', 'boolean', 'Whether the host’s name is sent in the clear.', {
    values: ['0', '1'],
    default: '1',
  }),
  option('sslcompression', 'tls', 'boolean', 'Whether what is encrypted is compressed first.', {
    values: ['0', '1'],
    default: '0',
    deprecated: 'Compression weakens encryption; servers of today refuse it.',
  }),
  choice(
    'channel_binding',
    'auth',
    ['disable', 'prefer', 'require'],
    'Whether the sign-in is tied to the encrypted channel.',
    { default: 'prefer' },
  ),
  option('require_auth', 'auth', 'list', 'The ways to sign in that the client accepts.', {
    values: ['password', 'md5', 'gss', 'scram-sha-256', 'oauth', 'none'],
  }),
  option('passfile', 'auth', 'file', 'File in which passwords are looked up.', { default: '~/.pgpass' }),
  choice(
    'target_session_attrs',
    'servers',
    ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
    'What the server must be like; of several hosts the first that fits is taken.',
    { default: 'any' },
  ),
  choice(
    'load_balance_hosts',
    'servers',
    ['disable', 'random'],
    'Whether several hosts are tried in the order written or in a random one.',
    { default: 'disable' },
  ),
  option('connect_timeout', 'timeouts', 'seconds', 'How long to wait for each host. 0 waits for ever.', {
    default: '0',
    minimum: 0,
  }),
  option('tcp_user_timeout', 'timeouts', 'milliseconds', 'How long sent data may stay unanswered.', {
    default: '0',
  }),
  option('keepalives_count', 'timeouts', 'integer', 'How many keepalives may be lost.', { default: '0' }),
  option('application_name', 'other', 'text', 'The name by which the server’s views show this client.'),
  option('options', 'other', 'text', 'Settings for the session as command-line options: -c search_path=app.'),
  option('client_encoding', 'other', 'text', 'The encoding of texts.'),
];

export const MYSQL_OPTIONS: UrlOptionInfo[] = [
  choice(
    'ssl-mode',
    'tls',
    ['DISABLED', 'PREFERRED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'],
    'Whether the connection is encrypted, and how much of the server’s certificate is checked.',
    { default: 'PREFERRED', aliases: ['sslMode', 'ssl_mode'] },
  ),
  option('ssl-ca', 'tls', 'file', 'File with the certificates of the authorities to trust.', {
    aliases: ['sslCa', 'ssl_ca', 'serverSslCert'],
  }),
  option('ssl-key-password', 'tls', 'secret', 'The password under which the private key is encrypted.', {
    aliases: ['sslKeyPassword', 'ssl_key_password'],
  }),
  option('tls-version', 'tls', 'list', 'The versions of TLS that are accepted.', {
    values: ['TLSv1.2', 'TLSv1.3'],
    default: 'TLSv1.2,TLSv1.3',
  }),
  choice(
    'auth-method',
    'auth',
    ['caching_sha2_password', 'mysql_native_password', 'client_ed25519', 'parsec'],
    'The authentication plugin to begin with.',
    { aliases: ['authMethod', 'default-auth'] },
  ),
  boolean('get-server-public-key', 'auth', 'Whether the server is asked for its public key.', {
    default: 'false',
  }),
  option('server-public-key-path', 'auth', 'file', 'File with the server’s public key.'),
  option('plugin-dir', 'auth', 'folder', 'Folder of the client’s plugins.'),
  choice('protocol', 'servers', ['TCP', 'SOCKET', 'PIPE', 'MEMORY'], 'How the server is reached.'),
  option('connect-timeout', 'timeouts', 'milliseconds', 'How long to wait for the server.', {
    aliases: ['connectTimeout', 'connect_timeout'],
    minimum: 0,
  }),
  option('charset', 'other', 'text', 'The character set of the connection.', { default: 'utf8mb4' }),
  option('compression-level', 'other', 'integer', 'How hard to compress.', {
    default: '3',
    minimum: 1,
    maximum: 22,
  }),
];

export const MONGODB_OPTIONS: UrlOptionInfo[] = [
  boolean(
    'tls',
    'tls',
    'Whether the connection is encrypted. With mongodb+srv it is unless you turn it off.',
    {
      aliases: ['ssl'],
    },
  ),
  option('tlsCAFile', 'tls', 'file', 'File with the certificates of the authorities to trust.'),
  option('tlsCertificateKeyFile', 'tls', 'file', 'File with the client’s certificate and its private key.'),
  option('tlsCertificateKeyFilePassword', 'tls', 'secret', 'The password of the private key.'),
  boolean(
    'tlsDisableCertificateRevocationCheck',
    'tls',
    'Whether it is not asked if the certificate was revoked.',
    {
      default: 'false',
    },
  ),
  option('authSource', 'auth', 'text', 'The database that holds the user, or $external.', {
    default: 'admin',
  }),
  choice(
    'authMechanism',
    'auth',
    ['SCRAM-SHA-256', 'MONGODB-X509', 'MONGODB-AWS', 'GSSAPI', 'MONGODB-OIDC'],
    'How to sign in.',
  ),
  option('authMechanismProperties', 'auth', 'text', 'What the mechanism needs besides: key:value pairs.'),
  option('replicaSet', 'servers', 'text', 'The name of the replica set that the hosts must belong to.'),
  choice(
    'readPreference',
    'servers',
    ['primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'],
    'Which members of a replica set are read from.',
    { default: 'primary' },
  ),
  boolean('loadBalanced', 'servers', 'Whether the host is a load balancer.', { default: 'false' }),
  option(
    'maxPoolSize',
    'pool',
    'integer',
    'How many connections to each server there may be. 0 sets no limit.',
    {
      default: '100',
      minimum: 0,
    },
  ),
  option('minPoolSize', 'pool', 'integer', 'How many connections to each server are kept open.', {
    default: '0',
    minimum: 0,
  }),
  option('maxIdleTimeMS', 'pool', 'milliseconds', 'How long a connection may lie unused.', { minimum: 0 }),
  option('connectTimeoutMS', 'timeouts', 'milliseconds', 'How long to wait for each server.', {
    default: '10000',
    minimum: 0,
  }),
  option('socketTimeoutMS', 'timeouts', 'milliseconds', 'How long to wait for an answer.', {
    minimum: 0,
    deprecated: 'Use timeoutMS.',
  }),
  option('appName', 'other', 'text', 'The name by which the server’s logs show this client.'),
  boolean('retryWrites', 'other', 'Whether a write that a fault of the network ended is sent once more.', {
    default: 'true',
  }),
  option('w', 'other', 'text', 'How many members must have a write before it counts.'),
  option('compressors', 'other', 'list', 'The algorithms of compression that are offered, best first.', {
    values: ['zstd', 'zlib', 'snappy'],
  }),
];

const mechanism = (
  name: string,
  label: string,
  [user, password]: [AuthMechanismInfo['user'], AuthMechanismInfo['password']],
  documentation: string,
  rest: Partial<AuthMechanismInfo> = {},
): AuthMechanismInfo => ({
  name,
  label,
  user,
  password,
  options: [],
  properties: [],
  documentation,
  ...rest,
});

export const MYSQL_MECHANISMS: AuthMechanismInfo[] = [
  mechanism(
    '',
    'As the server says',
    ['optional', 'optional'],
    'The plugin of the account, which the server names.',
  ),
  mechanism(
    'caching_sha2_password',
    'SHA-2 password',
    ['required', 'optional'],
    'MySQL’s default since 8.0: needs encryption or the server’s public key.',
    { options: ['get-server-public-key', 'server-public-key-path'] },
  ),
  mechanism(
    'client_ed25519',
    'Ed25519 password (MariaDB)',
    ['required', 'required'],
    'A password that is never sent, as MariaDB has it.',
  ),
];

export const MONGODB_MECHANISMS: AuthMechanismInfo[] = [
  mechanism(
    '',
    'User name and password',
    ['optional', 'optional'],
    'The strongest SCRAM that both sides know; without a user name nobody is signed in.',
    { options: ['authSource'] },
  ),
  mechanism(
    'SCRAM-SHA-256',
    'SCRAM-SHA-256',
    ['required', 'required'],
    'A password that is never sent, with SHA-256.',
    { options: ['authSource'] },
  ),
  mechanism(
    'MONGODB-X509',
    'X.509 certificate',
    ['optional', 'forbidden'],
    'The client’s certificate says who it is; the user name is its subject and can be left out.',
    { options: ['tlsCertificateKeyFile', 'tlsCertificateKeyFilePassword'] },
  ),
  mechanism(
    'MONGODB-AWS',
    'AWS IAM',
    ['optional', 'optional'],
    'An access key id and its secret key; without them they come from the machine’s own AWS credentials.',
    {
      properties: [
        option('AWS_SESSION_TOKEN', 'auth', 'secret', 'The session token of temporary credentials.'),
      ],
    },
  ),
  mechanism(
    'GSSAPI',
    'Kerberos',
    ['required', 'optional'],
    'A Kerberos principal; without a password the ticket of the system’s user is taken.',
    {
      properties: [
        option('SERVICE_NAME', 'auth', 'text', 'The Kerberos service name of the server.', {
          default: 'mongodb',
        }),
        option('SERVICE_REALM', 'auth', 'text', 'The realm of the server.'),
        choice(
          'CANONICALIZE_HOST_NAME',
          'auth',
          ['none', 'forward', 'forwardAndReverse'],
          'Whether the host’s name is replaced by what DNS says.',
          { default: 'none' },
        ),
      ],
    },
  ),
  mechanism(
    'MONGODB-OIDC',
    'OpenID Connect',
    ['optional', 'forbidden'],
    'The identity of the machine or container, as its cloud or cluster vouches for it.',
    {
      properties: [
        choice('ENVIRONMENT', 'auth', ['azure', 'gcp', 'k8s', 'test'], 'Who vouches for the identity.'),
        option('TOKEN_RESOURCE', 'auth', 'text', 'The audience for which the token is asked.'),
      ],
    },
  ),
];
