/** One place of the source, made wrong. */
export interface SimulatorMutant {
  /** The promise that is broken. */
  readonly name: string;
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

const sync = (file: string) => `shared/sync/${file}.ts`;
const fakeStore = 'test/support/sync/memory-nested-store.ts';

/** What a run may not do without (reliability: ETag, fencing token, unknown is not empty, retry cap, checkpoint), and what a person relies on. */
export const simulatorMutants: readonly SimulatorMutant[] = [
  {
    name: 'etag',
    file: fakeStore,
    from: 'const epoch = lease.epoch + 1;',
    to: 'const epoch = Math.max(1, lease.epoch);',
  },
  {
    name: 'fencing token',
    file: fakeStore,
    from: 'if (lease.epoch !== epoch) throw',
    to: 'if (lease.epoch < 0) throw',
  },
  {
    name: 'an unknown application is nobody',
    file: sync('assigned-principals'),
    from: `      return refused(
        'scope_not_found',`,
    to: `      if (fault.kind === 'not-found')
        return { kind: 'read', value: { assigned: nobody, application: { id } }, calls: 1, resourceUnits: 1 };
      return refused(
        'scope_not_found',`,
  },
  {
    name: 'one empty list of assignments is believed',
    file: sync('assigned-principals'),
    from: 'const isFirst = isKnown && checked.application?.empty === undefined;',
    to: 'const isFirst = false;',
  },
  {
    name: 'no answer to a list is an empty list',
    file: sync('listed-groups'),
    from: 'const pages = run.rereadPages[group];',
    to: 'const pages: number | undefined = run.rereadPages[group] ?? 0;',
  },
  {
    name: 'hidden is empty',
    file: sync('net-edges'),
    from: 'if (folded?.hidden === true && !isShown) {',
    to: 'if (folded === undefined && !isShown) {',
  },
  {
    name: 'retry cap',
    file: sync('retried-step'),
    from: 'if (times >= most) return failed(run, code, fault.detail);',
    to: '',
  },
  {
    name: 'checkpoint before what it speaks of',
    file: sync('gathered-writes'),
    from: '      await this.#send([...writes, ...last]);\n      return;',
    to: '      await this.#send(last);\n      await this.#send(writes);\n      return;',
  },
  {
    name: 'no checkpoint of the decision',
    file: sync('run-step'),
    from: 'if (writes.length > 0 || isPointOfNoReturn(run, command)) await save(work, run, writes);',
    to: 'if (writes.length > 0) await save(work, run, writes);',
  },
  {
    name: 'tokens of a run that did not end',
    file: sync('end-run'),
    from: 'state: { ...kept, ...rejected, lastRun: run.id } },',
    to: 'state: { ...kept, ...rejected, lastRun: run.id, ...(run.users.delta === undefined || run.groups.delta === undefined || state.tokens === undefined ? {} : { tokens: { ...state.tokens, users: run.users.delta, groups: run.groups.delta } }) } },',
  },
  {
    name: 'contested edges by their last word',
    file: sync('edge-evidence'),
    from: 'if (!isContested(edge)) return isAdded(edge);',
    to: 'if (group >= 0) return isAdded(edge);',
  },
  {
    name: 'restored objects are not asked for',
    file: sync('doubtful-objects'),
    from: 'if (becameLive(object, run)) asks.set(ask().id, ask());',
    to: '',
  },
  {
    name: 'the scope is not judged anew',
    file: sync('round-sources'),
    from: 'run.users.baseline || state.policy !== (await policyFingerprint(run.settings, checked));',
    to: 'run.users.baseline;',
  },
  {
    name: 'verified domains are no rule',
    file: sync('scope'),
    from: "if (!verifiedDomains.has(facts.domain)) return 'unverified-domain';",
    to: '',
  },
  {
    name: 'what is left out is cleared',
    file: sync('fold-users'),
    from: "const { domain, foreign } = 'userPrincipalName' in said ? now : known;",
    to: 'const { domain, foreign } = now;',
  },
  {
    name: 'a held group is told of',
    file: sync('held-groups'),
    from: 'const groups = set.groups.filter((group) => !special.has(group));',
    to: 'const groups = set.groups;',
  },
  {
    name: 'a threshold is passed by one',
    file: sync('safeguard'),
    from: 'if (removed[what] === 0 || count <= allowed) return [];',
    to: 'if (removed[what] === 0 || count <= allowed + 1) return [];',
  },
  {
    name: 'removals of the last day are forgotten',
    file: sync('safeguard'),
    from: 'const count = before + removed[what];',
    to: 'const count = removed[what];',
  },
  {
    name: 'what a group lost within the last day is forgotten',
    file: sync('removal-window'),
    from: 'const lost = run.plan?.lost;',
    to: 'const lost: readonly LostByGroup[] | undefined = undefined;',
  },
  {
    name: 'any hash is approved',
    file: sync('run-orders'),
    from: 'if (run.plan?.hash !== hash) {',
    to: 'if (run.plan === undefined) {',
  },
  {
    name: 'an approval never ends',
    file: sync('look-again'),
    from: 'age <= approvedForMilliseconds && ',
    to: '',
  },
  {
    name: 'an approval covers any plan',
    file: sync('perform-command'),
    from: 'return isApproved(run, { difference, now }) && cover.isCoveredBy(shown);',
    to: 'return isApproved(run, { difference: 0, now });',
  },
  {
    name: 'a dry run carries its plan out',
    file: sync('step'),
    from: "if (run.mode === 'dry-run') return ended({ ...decided, phase: 'safeguard' }, { status: 'done' });",
    to: '',
  },
  {
    name: 'a rejected plan is carried out',
    file: sync('step'),
    from: "if (rejectedBefore) return ended({ ...decided, phase: 'safeguard' }, { status: 'rejected' });",
    to: "if (rejectedBefore) return goOn({ ...decided, phase: 'apply' });",
  },
];
