import type { ScimCase } from '../scim-case.ts';
import {
  enterpriseUrn,
  filter,
  get,
  groupMember,
  list,
  patch,
  postGroup,
  postUser,
  refused,
  shownGroup,
  shownUser,
  some,
  userMember,
  userUrn,
} from './words.ts';

const ada = {
  userName: 'Ada@Contoso.com',
  displayName: 'Ada',
  emails: [{ value: 'ada@contoso.com', type: 'work', primary: true }],
  externalId: 'ADA-1',
};
const eq = (attribute: string, value: string) => filter(`${attribute} eq ${JSON.stringify(value)}`);
const found = list([shownUser('ada', { ...ada })]);
const nobody = list([]);

/** scim-peers §3.1, entra-client §2.7 and §4. */
export const lookupCases: readonly ScimCase[] = [
  {
    name: 'a look-up of a random name is an empty list, never 404 (entra-client §14.1, scim-peers row 1, XE-10)',
    steps: [
      get(`/Users?${eq('userName', '3e59e27b-4a2c-4a5e-9a51-07d4f4dd0a27')}`, nobody),
      get(
        `/Groups?excludedAttributes=members&${eq('displayName', '3e59e27b-4a2c-4a5e-9a51-07d4f4dd0a27')}`,
        nobody,
      ),
    ],
  },
  {
    name: 'every matching attribute that Entra offers finds the user, names without case (scim-peers rows 4, 5, 7; XE-20)',
    steps: [
      postUser(ada, 'ada'),
      get(`/Users?${eq('userName', 'ADA@CONTOSO.COM')}`, found),
      get(`/Users?${eq('externalId', 'ADA-1')}`, found),
      get(`/Users?${eq('externalId', 'ada-1')}`, nobody),
      get(`/Users?${eq('emails.value', 'ADA@contoso.com')}`, found),
      get(`/Users?${eq('emails', 'ada@contoso.com')}`, found),
      get(`/Users?${eq('emails[type eq "work"].value', 'Ada@contoso.com')}`, found),
      get(`/Users?${eq('emails[type eq "work"]', 'Ada@contoso.com')}`, found),
      get(`/Users?${eq('emails[type eq "home"].value', 'ada@contoso.com')}`, nobody),
      get(`/Users?${eq('id', '{ada}')}`, found),
      get(`/Users?${eq(`${userUrn}:userName`, 'ada@contoso.com')}`, found),
      get(`/Users?${filter('displayName eq "ADA"')}`, found),
      get(`/Users?${filter('userName sw "ada" and active pr')}`, nobody),
    ],
  },
  {
    name: 'a query is read as .NET writes it: + for a space, lower-case hex, the flag anywhere (entra-client §2.5)',
    steps: [
      postUser(ada, 'ada'),
      get('/Users?filter=userName+eq+%22ada%40contoso.com%22', found),
      get('/Users?aadOptscim062020&filter=userName+eq+%22ada%40contoso.com%22', found),
      get(
        '/Users/?filter=emails%5btype+eq+%22work%22%5d.value+eq+%22ada%40contoso.com%22&aadOptscim062020=',
        found,
      ),
      get('/Users?FILTER=userName+eq+%22ada%40contoso.com%22&filter=userName+eq+%22x%22', found),
    ],
  },
  {
    name: 'quotes, backslashes, plus signs, apostrophes and emoji in a name are found again (scim-peers row 11, XE-13)',
    steps: [
      "o'hara+x@contoso.com",
      'guest_x#EXT#@contoso.com',
      'CORP\\bob',
      'say "hi"',
      'jürgen😀@contoso.com',
    ].flatMap((userName, index) => [
      postUser({ userName }, `u${index}`),
      get(`/Users?${eq('userName', userName)}`, list([shownUser(`u${index}`, { userName })])),
    ]),
  },
  {
    name: 'the reference check on a manager answers one or none (scim-peers row 8, entra-client §4 row 6)',
    steps: [
      postUser({ userName: 'boss' }, 'boss'),
      postUser({ userName: 'ada' }, 'ada'),
      patch('/Users/{ada}', [{ op: 'Add', path: `${enterpriseUrn}:manager`, value: '{boss}' }]),
      get(
        `/Users?attributes=id&${filter('id eq "{ada}" and manager eq "{boss}"')}`,
        list([{ schemas: [userUrn, enterpriseUrn], id: '{ada}' }]),
      ),
      get(`/Users?attributes=id&${filter('id eq "{boss}" and manager eq "{boss}"')}`, nobody),
    ],
  },
  {
    name: 'the reference check on a member answers one or none (scim-peers row 9, entra-client §4 row 12)',
    steps: [
      postUser({ userName: 'ada' }, 'ada'),
      postUser({ userName: 'bob' }, 'bob'),
      postGroup({ displayName: 'Staff', members: [{ value: '{ada}' }] }, 'staff'),
      postGroup({ displayName: 'Everyone', members: [{ value: '{staff}' }] }, 'all'),
      get(
        '/Groups?excludedAttributes=members&filter=id+eq+"{staff}"+and+members+eq+"{ada}"',
        list([shownGroup('staff', { displayName: 'Staff' })]),
      ),
      get('/Groups?filter=id+eq+"{staff}"+and+members.value+eq+"{bob}"', nobody),
      get(
        '/Groups?filter=members+eq+"{ada}"',
        list([shownGroup('staff', { displayName: 'Staff', members: [userMember('ada')] })]),
      ),
      get(
        '/Groups?filter=members[value+eq+"{staff}"]',
        list([shownGroup('all', { displayName: 'Everyone', members: [groupMember('staff')] })]),
      ),
      get(
        '/Groups?filter=members.type+eq+"Group"',
        list([shownGroup('all', { displayName: 'Everyone', members: [groupMember('staff')] })]),
      ),
      get('/Groups?filter=members+eq+"{bob}"', nobody),
      get('/Groups?filter=members+eq+"nobody"', nobody),
    ],
  },
  {
    name: 'a group is found by name or externalId, and its members are left out on request (scim-peers row 10, XE-11)',
    steps: [
      postUser({ userName: 'ada' }, 'ada'),
      postGroup({ displayName: 'Sales', externalId: 'g-1', members: [{ value: '{ada}' }] }, 'sales'),
      get(
        '/Groups?excludedAttributes=members&filter=displayName+eq+"SALES"',
        list([shownGroup('sales', { displayName: 'Sales', externalId: 'g-1' })]),
      ),
      get(
        '/Groups?excludedAttributes=members&filter=externalId+eq+"g-1"',
        list([shownGroup('sales', { displayName: 'Sales', externalId: 'g-1' })]),
      ),
      get(
        '/Groups/{sales}?excludedAttributes=members',
        shownGroup('sales', { displayName: 'Sales', externalId: 'g-1' }),
      ),
      get(
        '/Groups/{sales}',
        shownGroup('sales', { displayName: 'Sales', externalId: 'g-1', members: [userMember('ada')] }),
      ),
      get('/Groups/{sales}?attributes=members', {
        schemas: [`urn:ietf:params:scim:schemas:core:2.0:Group`],
        id: '{sales}',
        members: [userMember('ada')],
      }),
    ],
  },
  {
    name: 'an inactive user is read, found and counted (scim-peers row 12, entra-client §14.6)',
    steps: [
      postUser({ userName: 'ada', active: false }, 'ada'),
      get('/Users/{ada}', shownUser('ada', { userName: 'ada', active: false })),
      get('/Users?filter=userName+eq+"ada"', list([shownUser('ada', { userName: 'ada', active: false })])),
      get('/Users?filter=active+eq+"False"', list([shownUser('ada', { userName: 'ada', active: false })])),
      get('/Users?count=0', list([], { totalResults: 1 })),
    ],
  },
  {
    name: 'a filter that cannot be read is 400 invalidFilter, never the whole list (scim-peers row 6, entra-client §14.4)',
    steps: [
      postUser({ userName: 'ada' }, 'ada'),
      ...[
        'userName eq',
        'userName xx "a"',
        '(userName eq "a"',
        'userName eq "a" and',
        'emails[type eq "work"',
      ].map((text) => refused({ method: 'GET', path: `/Users?${filter(text)}` }, 400, 'invalidFilter')),
      refused(
        // As a body: a host ends a request line at 8 KiB.
        {
          method: 'POST',
          path: '/Users/.search',
          body: { filter: `${'('.repeat(10_000)}userName pr${')'.repeat(10_000)}` },
        },
        400,
        'invalidFilter',
      ),
      refused({ method: 'GET', path: `/Users?${filter('('.repeat(5000))}` }, 400, 'invalidFilter'),
      refused(
        { method: 'POST', path: '/Users/.search', body: { filter: `userName eq "${'x'.repeat(9000)}"` } },
        400,
        'invalidFilter',
      ),
    ],
  },
  {
    name: 'the whole grammar of filters finds what it should (RFC 7644 §3.4.2.2)',
    steps: [
      postUser({ userName: 'ada', title: 'Engineer', name: { familyName: 'Lovelace' }, active: true }, 'ada'),
      postUser({ userName: 'bob', name: { familyName: 'Olsen' }, active: false }, 'bob'),
      ...[
        'title pr',
        'userName eq "ADA"',
        'name.familyName co "LACE"',
        'not (active eq false)',
        'userName sw "a" or (title pr and active eq true)',
        'title pr and not (userName eq "bob")',
        'userName ne "bob"',
        'userName lt "b"',
        'meta.created gt "2011-05-13T04:42:34Z" and title pr',
        'active eq true',
        'active eq "True"',
        'urn:ietf:params:scim:schemas:core:2.0:User:name.familyName ew "lace"',
      ].map((text) =>
        get(
          `/Users?attributes=userName&${filter(text)}`,
          list([{ schemas: [userUrn], id: '{ada}', userName: 'ada' }]),
        ),
      ),
      get(
        `/Users?attributes=id&${filter('userName pr')}`,
        list([
          { schemas: [userUrn], id: '{ada}' },
          { schemas: [userUrn], id: '{bob}' },
        ]),
      ),
    ],
  },
  {
    name: 'a password cannot be asked for (T28)',
    steps: [
      postUser({ userName: 'ada', password: 'canary-7' }, 'ada'),
      get('/Users?filter=password+eq+"canary-7"', nobody),
      get('/Users?filter=password+sw+"c"', nobody),
      get('/Users?filter=password+pr', nobody),
      get('/Users/{ada}?attributes=password', { schemas: [userUrn], id: '{ada}' }),
    ],
  },
  {
    name: 'an unknown attribute in a filter finds nothing and breaks nothing (entra-client §14.4)',
    steps: [
      postUser({ userName: 'ada' }, 'ada'),
      get('/Users?filter=favouriteColour+eq+"red"', { ...some, totalResults: 0 }),
    ],
  },
];
