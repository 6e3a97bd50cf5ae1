import { type Culture, cultures, departments, type Name } from './name-lists.ts';
import { elementAt, powerLawShare, type SeededRandom } from './seeded-random.ts';
import type { UserProperties } from './tenant-objects.ts';

/** Makes users whose names look like those of real people; no two of them share a userPrincipalName, ever. */
export interface PeopleMaker {
  employee(number: number): UserProperties;
  guest(number: number): UserProperties;
  /** A new surname for a user, with the address and the display name that go with it. */
  renamed(user: UserProperties): Partial<UserProperties>;
}

export function peopleMaker(
  random: SeededRandom,
  taken: (userPrincipalName: string) => boolean,
): PeopleMaker {
  const used = new Set<string>();
  const freeAlias = (wanted: string, suffix = '') => {
    for (let number = 1; ; number++) {
      const alias = `${wanted}${number === 1 ? '' : number}${suffix}`;
      if (used.has(alias) || taken(`${alias}@${primaryDomain}`)) continue;
      used.add(alias);
      return alias;
    }
  };
  return {
    employee: (number) => employee(random, { number, freeAlias }),
    guest: (number) => guest(random, { number, freeAlias }),
    renamed: (user) => renamed(random, { user, freeAlias }),
  };
}

export const primaryDomain = 'nordlicht.example';
export const initialDomain = 'nordlicht.onmicrosoft.example';
/** Verified once, no longer wanted; some users still carry it. */
export const retiringDomain = 'polaris.example';

interface Person {
  readonly culture: Culture;
  readonly given: Name;
  readonly family: Name;
}

interface Making {
  readonly number: number;
  readonly freeAlias: (wanted: string, suffix?: string) => string;
}

function employee(random: SeededRandom, { number, freeAlias }: Making): UserProperties {
  const person = personOf(random);
  const { culture, given, family } = person;
  const alias = freeAlias(`${given[1]}.${family[1]}`);
  const department = byPowerLaw(random, departments);
  const userPrincipalName = `${alias}@${random.chance(0.05) ? retiringDomain : primaryDomain}`;
  const hasMailbox = !random.chance(0.06);
  return {
    userPrincipalName,
    mailNickname: alias,
    displayName: displayName(random, person),
    givenName: given[0],
    surname: family[0],
    mail: hasMailbox ? spelledByMailServer(random, userPrincipalName) : null,
    otherMails: [],
    accountEnabled: !random.chance(0.03),
    userType: random.chance(0.02) ? null : 'Member',
    jobTitle: random.pick(department.titles),
    department: department.name,
    employeeId: String(100_000 + number),
    preferredLanguage: random.chance(0.8) ? culture.language : null,
    officeLocation: `${culture.city} ${random.below(9) + 1}.${random.below(80) + 10}`,
    streetAddress: `${culture.street} ${random.below(120) + 1}`,
    city: culture.city,
    state: culture.region,
    postalCode: culture.postalCode,
    country: culture.country,
    businessPhone: `${culture.dialing} ${7_000_000 + random.below(999_999)}`,
    mobilePhone: random.chance(0.4) ? `${culture.dialing} (0)1${random.below(99_999_999)}` : null,
    faxNumber: random.chance(0.05) ? `${culture.dialing} ${8_000_000 + random.below(999_999)}` : null,
    managerId: null,
  };
}

/** An invited person: the home address is folded into the name, the mail may be missing. */
function guest(random: SeededRandom, { number, freeAlias }: Making): UserProperties {
  const person = personOf(random);
  const home = random.pick(['fabrikam.example', 'adatum.example', 'wingtip-toys.example']);
  const alias = freeAlias(`${person.given[1]}.${person.family[1]}`, `_${home}`);
  const homeAddress = `${alias.slice(0, alias.lastIndexOf('_'))}@${home}`;
  return {
    ...employee(random, { number, freeAlias }),
    userPrincipalName: `${alias}#EXT#@${initialDomain}`,
    mailNickname: `${alias}#EXT#`,
    displayName: `${displayName(random, person)} (Guest)`,
    givenName: random.chance(0.5) ? person.given[0] : null,
    surname: random.chance(0.5) ? person.family[0] : null,
    mail: random.chance(0.7) ? homeAddress : null,
    otherMails: [homeAddress],
    userType: random.chance(0.9) ? 'Guest' : 'Member',
    employeeId: null,
    department: null,
    mobilePhone: null,
    faxNumber: null,
  };
}

function renamed(
  random: SeededRandom,
  { user, freeAlias }: Pick<Making, 'freeAlias'> & { readonly user: UserProperties },
): Partial<UserProperties> {
  const { culture, family } = personOf(random);
  const given = user.givenName ?? user.displayName;
  const alias = freeAlias(`${user.mailNickname.split('.')[0]}.${family[1]}`);
  const userPrincipalName = `${alias}@${primaryDomain}`;
  return {
    userPrincipalName,
    surname: family[0],
    displayName: culture.familyFirst ? `${family[0]} ${given}` : `${given} ${family[0]}`,
    ...(user.mail === null ? {} : { mail: userPrincipalName }),
  };
}

function personOf(random: SeededRandom): Person {
  const culture = byPowerLaw(random, cultures);
  return { culture, given: random.pick(culture.given), family: random.pick(culture.family) };
}

function displayName(random: SeededRandom, { culture, given, family }: Person): string {
  const plain = culture.familyFirst ? `${family[0]} ${given[0]}` : `${given[0]} ${family[0]}`;
  if (random.chance(0.01)) return `${plain} 🚀`;
  if (random.chance(0.01)) return `${given[0]} "${given[0].slice(0, 2)}" ${family[0]}`;
  return random.chance(0.02) ? `Dr. ${plain}` : plain;
}

/** Mail servers like capitals: the address differs from the sign-in name in letter case only. */
function spelledByMailServer(random: SeededRandom, address: string): string {
  if (!random.chance(0.3)) return address;
  return address.replace(/^[a-z]|[.][a-z]/g, (letter) => letter.toUpperCase());
}

/** Picks early elements more often: the first as often as its power-law share says. */
export function byPowerLaw<T>(random: SeededRandom, list: readonly T[]): T {
  const shares = list.map((_, index) => powerLawShare(1000, index + 1));
  let ticket = random.below(shares.reduce((sum, share) => sum + share, 0));
  const index = shares.findIndex((share) => {
    ticket -= share;
    return ticket < 0;
  });
  return elementAt(list, index);
}
