import type { GroupId } from '../model/ids.ts';
import type { DecisionPlaces } from './apply-records.ts';
import type { RunAudit } from './audit-records.ts';
import type { GraphFault } from './graph-port.ts';
import type { Ask, Asking, Checked, MembersProgress, Plan, Reread, SyncRun } from './run-records.ts';

/** What happened to a run since its last decision. */
export type SyncEvent =
  /** A message arrived: go on from the checkpoint. */
  | { readonly kind: 'resumed' }
  | { readonly kind: 'settled' }
  | { readonly kind: 'checked'; readonly checked: Checked }
  | Refused
  | { readonly kind: 'page-read'; readonly stream: StreamName; readonly page: PageSummary }
  | { readonly kind: 'token-read'; readonly stream: StreamName; readonly link: string }
  | ({ readonly kind: 'members-listed' } & MembersListed)
  | {
      readonly kind: 'examined';
      readonly rereads: readonly Reread[];
      readonly asking: Asking | undefined;
      readonly tooMany: boolean;
    }
  | { readonly kind: 'list-read'; readonly page: PageSummary }
  /** Of this group Graph has no answer, though it is there. */
  | { readonly kind: 'list-unanswered' }
  | { readonly kind: 'answer-read'; readonly page: PageSummary }
  | {
      readonly kind: 'planned';
      readonly plan: Plan;
      readonly rejectedBefore: boolean;
      readonly isApproved: boolean;
      /** Entries of the log at that level. */
      readonly warnings: number;
    }
  | {
      readonly kind: 'applied';
      readonly units: number;
      readonly last: boolean;
      readonly decisions?: DecisionPlaces;
    }
  /** Counts were compared; without an audit nothing could be. */
  | { readonly kind: 'audited'; readonly audit?: RunAudit; readonly warnings: number }
  | { readonly kind: 'finished' }
  | { readonly kind: 'fault'; readonly fault: GraphFault };

export type StreamName = 'users' | 'groups';

/** Tenant, domains, permissions or scope forbid the run, or what Graph says of them is no answer. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusedCheck;
  readonly detail: string;
}

export const refused = (code: RefusedCheck, detail: string): Refused => ({ kind: 'refused', code, detail });

export type RefusedCheck =
  | 'consent_revoked'
  | 'wrong_tenant'
  | 'confirmation_required'
  | 'domains_changed'
  | 'permission_missing'
  | 'scope_not_found'
  | 'scope_empty'
  | 'graph_malformed';

export interface PageSummary {
  readonly items: number;
  /** Pages it is staged as: none where there are no items, which is normal. */
  readonly pages: number;
  readonly fingerprint: string;
  readonly next?: string;
  readonly delta?: string;
}

/** Lists of members that came to their end, and the pages on which members were staged. */
export interface MembersListed {
  readonly items: number;
  readonly pages: number;
  /** Pages that Graph answered. */
  readonly pagesRead: number;
  /** Groups that have no list, though some of their members may have been staged. */
  readonly unlisted?: readonly GroupId[];
  /** What is left to be listed of the groups of one page; nothing when it is absent. */
  readonly progress?: MembersProgress;
  /** Why it went no further: a list that Graph did not answer, or one without an end. */
  readonly fault?: GraphFault;
  readonly endless?: string;
}

/** What to do next: one thing at a time, so that a run that dies repeats one thing and never skips one. */
export type SyncCommand =
  | { readonly kind: 'settle' }
  | { readonly kind: 'check' }
  | { readonly kind: 'read-page'; readonly stream: StreamName; readonly link?: string }
  /** The moment a fast baseline's delta begins at. */
  | { readonly kind: 'read-token'; readonly stream: StreamName }
  | { readonly kind: 'list-page'; readonly stream: StreamName; readonly link?: string }
  /** Of the groups on one staged page. */
  | { readonly kind: 'list-members'; readonly page: number }
  | { readonly kind: 'examine' }
  | { readonly kind: 'read-list'; readonly group: GroupId; readonly link?: string }
  | { readonly kind: 'ask-groups'; readonly ask: Ask; readonly link?: string }
  | { readonly kind: 'plan' }
  | { readonly kind: 'apply' }
  /** Has Graph count, and compares. */
  | { readonly kind: 'audit' }
  | { readonly kind: 'finish' }
  /** Come back later instead of sleeping. */
  | {
      readonly kind: 'wait';
      readonly seconds: number;
      /** Graph asked for it: whoever comes next waits too. */
      readonly asked?: true;
      /** What people are told that it waits for. */
      readonly why?: { readonly code: string; readonly detail: string };
    }
  /** Drop what was staged and let the next run begin; tokens stay where they were. */
  | { readonly kind: 'abandon' }
  /** Nothing more until a person has decided. */
  | { readonly kind: 'rest' };

export interface Step {
  readonly run: SyncRun;
  readonly command: SyncCommand;
}
