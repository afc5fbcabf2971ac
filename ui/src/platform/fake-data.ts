/** Worlds to look at: `?fake=empty`, `three`, `thousand`. */
import type { EngineInfo } from '../bindings/EngineInfo';
import type { EnvironmentView } from '../bindings/EnvironmentView';
import type { TestResult } from '../bindings/TestResult';
import type { UrlFormatInfo } from '../bindings/UrlFormatInfo';
import {
  MONGODB_MECHANISMS,
  MONGODB_OPTIONS,
  MYSQL_MECHANISMS,
  MYSQL_OPTIONS,
  POSTGRESQL_OPTIONS,
} from './fake-options';

const FORMATS: UrlFormatInfo[] = [
  { id: 'url', label: 'URL', can_hold_secrets: true },
  { id: 'jdbc', label: 'JDBC URL', can_hold_secrets: true },
  { id: 'command', label: 'Command line', can_hold_secrets: false },
  { id: 'env', label: '.env line', can_hold_secrets: true },
  { id: 'node', label: 'Node.js', can_hold_secrets: false },
];

export const ENGINES: EngineInfo[] = [
  {
    type: 'postgresql',
    display_name: 'PostgreSQL',
    abbreviation: 'pg',
    default_port: 5432,
    schemes: ['postgresql', 'postgres'],
    example_url: 'postgresql://app@localhost:5432/orders',
    multi_host: true,
    srv: false,
    unix_sockets: true,
    file: false,
    tls_option: 'sslmode',
    tls_modes: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
    options: POSTGRESQL_OPTIONS,
    auth_option: null,
    auth_mechanisms: [],
    template_language: 'postgresql',
    formats: FORMATS,
  },
  {
    type: 'mysql',
    display_name: 'MySQL or MariaDB',
    abbreviation: 'my',
    default_port: 3306,
    schemes: ['mysql', 'mariadb'],
    example_url: 'mysql://app@localhost:3306/users',
    multi_host: true,
    srv: false,
    unix_sockets: true,
    file: false,
    tls_option: 'ssl-mode',
    tls_modes: ['DISABLED', 'PREFERRED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'],
    options: MYSQL_OPTIONS,
    auth_option: 'auth-method',
    auth_mechanisms: MYSQL_MECHANISMS,
    template_language: 'mysql',
    formats: FORMATS,
  },
  {
    type: 'mongodb',
    display_name: 'MongoDB',
    abbreviation: 'mg',
    default_port: 27017,
    schemes: ['mongodb', 'mongodb+srv'],
    example_url: 'mongodb://localhost:27017/events',
    multi_host: true,
    srv: true,
    unix_sockets: true,
    file: false,
    tls_option: 'tls',
    tls_modes: ['false', 'true'],
    options: MONGODB_OPTIONS,
    auth_option: 'authMechanism',
    auth_mechanisms: MONGODB_MECHANISMS,
    template_language: 'json',
    formats: FORMATS,
  },
  {
    type: 'sqlite',
    display_name: 'SQLite',
    abbreviation: 'sl',
    default_port: 0,
    schemes: ['sqlite', 'file'],
    example_url: 'sqlite:///srv/shop.db',
    multi_host: false,
    srv: false,
    unix_sockets: false,
    file: true,
    tls_option: '',
    tls_modes: [],
    options: [],
    auth_option: null,
    auth_mechanisms: [],
    template_language: 'sqlite',
    formats: FORMATS,
  },
];

export interface Seed {
  product: { tag: string; name: string; description: string | null };
  environments: Pick<EnvironmentView, 'env_name' | 'slug' | 'class' | 'active'>[];
  databases: {
    name: string;
    tag: string;
    type: string;
    description: string | null;
    actions: number;
    migrations: number;
    /** Slug, URL, outcome of its last test. */
    cells: [string, string, string][];
  }[];
}

const THREE_ENVIRONMENTS: Seed['environments'] = [
  { env_name: 'Development', slug: 'dev', class: 'development', active: true },
  { env_name: 'Staging', slug: 'stg', class: 'staging', active: true },
  { env_name: 'Production', slug: 'prd', class: 'production', active: true },
];

const SHOP: Seed = {
  product: { tag: 'shop', name: 'Shop', description: 'The web shop and its warehouse.' },
  environments: THREE_ENVIRONMENTS,
  databases: [
    {
      name: 'Orders',
      tag: 'orders',
      type: 'postgresql',
      description: 'Carts, orders, payments.',
      actions: 12,
      migrations: 12,
      cells: [
        ['dev', 'postgresql://app:secret@localhost:5432/orders', 'ok'],
        ['stg', 'postgresql://app:secret@stg-db.internal:5432/orders?sslmode=require', 'ok'],
        [
          'prd',
          'postgresql://app:$Secret{ORDERS_PASSWORD}@db-1.shop.example:5432,db-2.shop.example:5432/orders?sslmode=verify-full',
          'missing',
        ],
      ],
    },
    {
      name: 'Users',
      tag: 'users',
      type: 'mysql',
      description: null,
      actions: 4,
      migrations: 7,
      cells: [
        ['dev', 'mysql://root@localhost:3306/users', 'ok'],
        ['stg', 'mysql://app:secret@stg-db.internal:3306/users?ssl-mode=REQUIRED', 'auth'],
        ['prd', 'mysql://app:secret@users.shop.example:3306/users?ssl-mode=VERIFY_IDENTITY', 'ok'],
      ],
    },
    {
      name: 'Events',
      tag: 'events',
      type: 'mongodb',
      description: 'What people did, append only.',
      actions: 9,
      migrations: 3,
      cells: [
        ['dev', 'mongodb://localhost:27017/events', 'ok'],
        [
          'prd',
          'mongodb+srv://app:secret@cluster0.shop.example/events?retryWrites=true&w=majority',
          'untested',
        ],
      ],
    },
  ],
};

function thousand(): Seed {
  const slugs = ['dev', 'ci', 'qa', 'stg', 'uat', 'pre', 'dr', 'prd'];
  const names = [
    'Development',
    'Integration',
    'Quality',
    'Staging',
    'Acceptance',
    'Preview',
    'Recovery',
    'Production',
  ];
  const words = [
    'Orders',
    'Users',
    'Events',
    'Ledger',
    'Catalogue',
    'Sessions',
    'Invoices',
    'Search',
    'Metrics',
    'Parcels',
  ];
  const outcomes = ['ok', 'ok', 'ok', 'untested', 'auth', 'ok', 'missing', 'tcp', 'ok', 'locked'];
  return {
    product: { tag: 'platform', name: 'Platform', description: null },
    environments: slugs.map((slug, index) => ({
      env_name: names[index] ?? slug,
      slug,
      class:
        slug === 'prd' || slug === 'dr'
          ? 'production'
          : slug === 'dev' || slug === 'ci'
            ? 'development'
            : 'staging',
      active: slug !== 'uat',
    })),
    databases: Array.from({ length: 1000 }, (_, index) => {
      const engine = ENGINES[index % 3] as EngineInfo;
      const word = words[index % words.length] ?? 'Data';
      const number = String(Math.floor(index / words.length) + 1).padStart(3, '0');
      return {
        name: `${word} ${number}`,
        tag: `${word.toLowerCase()}-${number}`,
        type: engine.type,
        description: null,
        actions: index % 7,
        migrations: index % 11,
        cells: slugs
          .filter((_slug, column) => (index + column) % 9 !== 0)
          .map((slug, column): [string, string, string] => [
            slug,
            `${engine.schemes[0]}://app:secret@${slug}-${index % 40}.db.internal:${engine.default_port}/${word.toLowerCase()}`,
            outcomes[(index * 3 + column * 7) % outcomes.length] ?? 'ok',
          ]),
      };
    }),
  };
}

export function seedOf(name: string): Seed[] {
  if (name === 'empty') return [];
  if (name === 'thousand') return [thousand()];
  if (name === 'bare') return [{ ...SHOP, databases: [] }];
  return [
    SHOP,
    {
      ...SHOP,
      product: { tag: 'backoffice', name: 'Back office', description: null },
      databases: SHOP.databases.slice(0, 1),
    },
  ];
}

const REMEDY: Record<string, { message: string; remedy: string; stages: string[] }> = {
  auth: {
    message: 'Access denied for user “app” from 10.0.3.7.',
    remedy: 'Check the user and the password. The server answered error 1045.',
    stages: ['parse', 'secret', 'resolve', 'tcp', 'tls', 'auth'],
  },
  tcp: {
    message: 'Connection refused by 10.0.3.7:5432.',
    remedy: 'Check that the server runs and listens on this port, and that a VPN is up where one is needed.',
    stages: ['parse', 'secret', 'resolve', 'tcp'],
  },
  secret: {
    message: 'The password is not on this machine.',
    remedy: 'Type it in the connection’s password field.',
    stages: ['parse', 'secret'],
  },
};

const SERVERS: Record<string, [string, string]> = {
  postgresql: ['PostgreSQL', '15.18'],
  mysql: ['MariaDB', '10.11.6'],
  mongodb: ['MongoDB', '8.2.1'],
};

export function fakeResult(
  database: { tag: string; type: string },
  env: string,
  outcome: string,
): TestResult {
  const failure = REMEDY[outcome];
  const names = failure?.stages ?? ['parse', 'secret', 'resolve', 'tcp', 'tls', 'auth', 'database', 'ready'];
  const seed = (database.tag.length * 7 + env.charCodeAt(0) * 3) % 40;
  const [server, version] = SERVERS[database.type] ?? ['Server', '1'];
  return {
    database: database.tag,
    env,
    connected: !failure,
    version: failure ? null : version,
    server: failure ? null : server,
    latency_ms: failure ? null : 1.4 + seed,
    tls: failure || env === 'dev' ? null : { version: 'TLSv1.3', verified: env === 'prd' },
    stage: names.at(-1) ?? 'parse',
    stages: names.map((stage, index) => ({ stage, ms: 0.2 + ((index * 13 + seed) % 17) / 3 })),
    ...(failure
      ? {
          error: {
            code: `${outcome}_failed`,
            message: failure.message,
            remedy: failure.remedy,
            server_code: outcome === 'auth' ? '1045' : null,
            retryable: outcome === 'tcp',
          },
        }
      : {}),
    tested_at: new Date(Date.now() - 1000 * 60 * (3 + seed)).toISOString(),
  };
}
