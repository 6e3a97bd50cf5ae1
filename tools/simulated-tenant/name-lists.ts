/** How a name is written, and the letters of it that an address may hold. */
export type Name = readonly [written: string, latin: string];

export interface Culture {
  readonly language: string;
  readonly country: string;
  readonly city: string;
  readonly region: string;
  readonly street: string;
  readonly postalCode: string;
  readonly dialing: string;
  /** The family name comes first, as in Budapest or Tokyo. */
  readonly familyFirst: boolean;
  readonly given: readonly Name[];
  readonly family: readonly Name[];
}

const same = (...names: string[]): Name[] => names.map((name) => [name, name.toLowerCase()]);

/** Where the company works, the largest office first. */
export const cultures: readonly Culture[] = [
  {
    language: 'de-DE',
    country: 'DE',
    city: 'Köln',
    region: 'Nordrhein-Westfalen',
    street: 'Große Straße',
    postalCode: '50667',
    dialing: '+49 221',
    familyFirst: false,
    given: [
      ['Jürgen', 'juergen'],
      ['Käthe', 'kaethe'],
      ['Sören', 'soeren'],
      ['Zoë', 'zoe'],
      ...same('Anna', 'Lukas', 'Lena', 'Felix', 'Hannah', 'Paul', 'Emilia', 'Jonas'),
    ],
    family: [
      ['Müller', 'mueller'],
      ['Größmann', 'groessmann'],
      ['Weiß', 'weiss'],
      ['Schäfer', 'schaefer'],
      ['von der Höhe', 'vonderhoehe'],
      ...same('Schmidt', 'Fischer', 'Wagner', 'Becker', 'Hoffmann', 'Koch', 'Richter'),
    ],
  },
  {
    language: 'en-IE',
    country: 'IE',
    city: 'Dublin',
    region: 'Leinster',
    street: "St. Stephen's Green",
    postalCode: 'D02 X285',
    dialing: '+353 1',
    familyFirst: false,
    given: [
      ['Siobhán', 'siobhan'],
      ['Seán', 'sean'],
      ['Aoife', 'aoife'],
      ['Ciarán', 'ciaran'],
      ...same('Liam', 'Grace', 'Jack', 'Emma', 'Noah', 'Olivia', 'James', 'Chloe'),
    ],
    family: [
      ["O'Brien", "o'brien"],
      ["D'Arcy", "d'arcy"],
      ["O'Súilleabháin", "o'suilleabhain"],
      ...same('Murphy', 'Kelly', 'Walsh', 'Byrne', 'Ryan', 'Doyle', 'McCarthy', 'Gallagher', 'Smith-Jones'),
    ],
  },
  {
    language: 'fr-FR',
    country: 'FR',
    city: 'Besançon',
    region: 'Bourgogne-Franche-Comté',
    street: "Rue de l'Église",
    postalCode: '25000',
    dialing: '+33 3',
    familyFirst: false,
    given: [
      ['Éloïse', 'eloise'],
      ['François', 'francois'],
      ['Jérôme', 'jerome'],
      ['Anaïs', 'anais'],
      ...same('Camille', 'Louis', 'Jules', 'Alice', 'Hugo', 'Manon'),
    ],
    family: [
      ['Lefèvre', 'lefevre'],
      ["L'Hôpital", "l'hopital"],
      ['Noël', 'noel'],
      ['Garçon', 'garcon'],
      ...same('Martin', 'Bernard', 'Dubois', 'Laurent', 'Moreau', 'Girard'),
    ],
  },
  {
    language: 'ja-JP',
    country: 'JP',
    city: '東京',
    region: '東京都',
    street: '千代田区丸の内',
    postalCode: '100-0005',
    dialing: '+81 3',
    familyFirst: true,
    given: [
      ['さくら', 'sakura'],
      ['健太', 'kenta'],
      ['美咲', 'misaki'],
      ['翔', 'sho'],
      ['結衣', 'yui'],
      ['大輔', 'daisuke'],
      ['陽菜', 'hina'],
      ['蓮', 'ren'],
    ],
    family: [
      ['佐藤', 'sato'],
      ['鈴木', 'suzuki'],
      ['高橋', 'takahashi'],
      ['渡邉', 'watanabe'],
      ['𠮷田', 'yoshida'],
      ['山本', 'yamamoto'],
      ['中村', 'nakamura'],
      ['小林', 'kobayashi'],
    ],
  },
  {
    language: 'zh-CN',
    country: 'CN',
    city: '上海',
    region: '上海市',
    street: '南京东路',
    postalCode: '200001',
    dialing: '+86 21',
    familyFirst: true,
    given: [
      ['伟', 'wei'],
      ['芳', 'fang'],
      ['秀英', 'xiuying'],
      ['敏', 'min'],
      ['静', 'jing'],
      ['磊', 'lei'],
      ['洋', 'yang'],
      ['艳', 'yan'],
    ],
    family: [
      ['王', 'wang'],
      ['李', 'li'],
      ['张', 'zhang'],
      ['刘', 'liu'],
      ['陈', 'chen'],
      ['杨', 'yang'],
      ['黄', 'huang'],
      ['吕', 'lv'],
    ],
  },
  {
    language: 'pl-PL',
    country: 'PL',
    city: 'Łódź',
    region: 'Łódzkie',
    street: 'ul. Świętego Wojciecha',
    postalCode: '90-001',
    dialing: '+48 42',
    familyFirst: false,
    given: [
      ['Łukasz', 'lukasz'],
      ['Małgorzata', 'malgorzata'],
      ['Paweł', 'pawel'],
      ['Zofia', 'zofia'],
      ...same('Jakub', 'Julia', 'Szymon', 'Maja'),
    ],
    family: [
      ['Wiśniewski', 'wisniewski'],
      ['Wójcik', 'wojcik'],
      ['Kamińska', 'kaminska'],
      ['Dąbrowski', 'dabrowski'],
      ...same('Nowak', 'Kowalczyk', 'Mazur', 'Krawczyk'),
    ],
  },
  {
    language: 'tr-TR',
    country: 'TR',
    city: 'İzmir',
    region: 'İzmir',
    street: 'Şehit Nevres Bulvarı',
    postalCode: '35210',
    dialing: '+90 232',
    familyFirst: false,
    given: [
      ['Işıl', 'isil'],
      ['Çağla', 'cagla'],
      ['İbrahim', 'ibrahim'],
      ['Gülşen', 'gulsen'],
      ...same('Elif', 'Mehmet', 'Zeynep', 'Mustafa'),
    ],
    family: [
      ['Öztürk', 'ozturk'],
      ['Yıldız', 'yildiz'],
      ['Çelik', 'celik'],
      ['Şahin', 'sahin'],
      ...same('Kaya', 'Demir', 'Aydin', 'Arslan'),
    ],
  },
  {
    language: 'ar-EG',
    country: 'EG',
    city: 'القاهرة',
    region: 'محافظة القاهرة',
    street: 'شارع التحرير',
    postalCode: '11511',
    dialing: '+20 2',
    familyFirst: false,
    given: [
      ['محمد', 'mohamed'],
      ['فاطمة', 'fatma'],
      ['أحمد', 'ahmed'],
      ['مريم', 'mariam'],
      ['يوسف', 'youssef'],
      ['نور', 'nour'],
    ],
    family: [
      ['حسن', 'hassan'],
      ['إبراهيم', 'ibrahim'],
      ['السيد', 'elsayed'],
      ['عبد الله', 'abdallah'],
      ['مصطفى', 'mostafa'],
      ['علي', 'ali'],
    ],
  },
];

/** The largest department first; titles from the top of the department down. */
export const departments: readonly { readonly name: string; readonly titles: readonly string[] }[] = [
  {
    name: 'Forschung & Entwicklung',
    titles: ['Leitung F&E', 'Principal Engineer', 'Softwareentwickler/in', 'Engineer (C++/C#)'],
  },
  { name: 'Manufacturing', titles: ['Plant Manager', 'Shift Lead', 'Technician', 'Fitter'] },
  { name: 'Sales', titles: ['VP Sales', 'Account Executive', 'Inside Sales, EMEA', 'Sales Assistant'] },
  { name: 'Customer Care', titles: ['Head of Care', 'Team Lead', 'Support Agent', 'Support Agent (Night)'] },
  { name: 'Logistics', titles: ['Head of Logistics', 'Dispatcher', 'Warehouse Operative', 'Driver'] },
  { name: 'Marketing', titles: ['CMO', 'Brand Manager', 'Rédactrice / Rédacteur', 'Designer ✨'] },
  { name: 'Finance', titles: ['CFO', 'Controller', 'Accountant', 'Payroll Clerk'] },
  { name: 'IT', titles: ['CIO', 'Identity Engineer', 'System Administrator', 'Help Desk'] },
  { name: '品質保証', titles: ['部長', '主任', '検査員', 'QA アナリスト'] },
  {
    name: 'People & Culture',
    titles: ['CPO', 'HR Business Partner', 'Recruiter', "Trainer (O'Reilly certified)"],
  },
  { name: 'Legal', titles: ['General Counsel', 'Counsel', 'Paralegal', 'Clerk'] },
  { name: 'Zarząd', titles: ['CEO', 'COO', 'Chief of Staff', 'Executive Assistant'] },
];

/** Words that project names are put together from, some of them awkward on purpose. */
export const projectAdjectives = [
  'Blue',
  'Silent',
  'Große',
  'Nördliche',
  'Rapid',
  'Épique',
  'Lean',
  'Żółty',
  '新しい',
  'Open',
  'Hidden',
  'Ünlü',
  'Second',
  'Deep',
  'Bright',
  'Old',
] as const;
export const projectNouns = [
  'Harbour',
  'Falcon',
  'Brücke',
  'Forêt',
  'Atlas',
  'Řeka',
  '橋',
  'Lantern',
  'Orchard',
  'Comet',
  'Granit',
  'Río',
  'Meridian',
  'Łoś',
  'Tiger',
  'Quarry',
] as const;

/** Group names that break careless encoders: quotes, plus, hash, per cent, slash, backslash, brackets, emoji, RTL. */
export const awkwardGroupNames = [
  'R&D "core"',
  'Sales + Marketing',
  '#general',
  '100 % Remote',
  'Finance/Controlling',
  'CORP\\Domain Users',
  'Team [EMEA]',
  "Seán O'Brien's reports",
  '🚀 Launch crew',
  'فريق القاهرة',
  '東京オフィス',
  'a=b&c=d?e',
  'Straße; Gasse, Weg',
  'İstanbul ılık',
  'name eq "x" or true',
] as const;
