/** The tests of shared/scim that need no storage, for mutation runs: the code is loaded once for all of them. */
import '../conformance/scim-core/patches.test.ts';
import '../conformance/scim-http/scim-in-process.test.ts';
import '../unit/scim/filter-match.test.ts';
import '../unit/scim/filter-plan.test.ts';
import '../unit/scim/filter.test.ts';
import '../unit/scim/hostile-names.test.ts';
import '../unit/scim/parse-json.test.ts';
import '../unit/scim/patch.test.ts';
import '../unit/scim/projection.test.ts';
import '../unit/scim/resource-body.test.ts';
import '../unit/scim/schema.test.ts';
import '../unit/scim-protocol/serve.test.ts';
