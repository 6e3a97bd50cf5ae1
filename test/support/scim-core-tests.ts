/** The tests of the pure protocol core as one file, so that a mutation run loads the code once for each mutant and not ten times. */
import '../conformance/scim-core/patches.test.ts';
import '../unit/scim/filter-match.test.ts';
import '../unit/scim/filter-plan.test.ts';
import '../unit/scim/filter.test.ts';
import '../unit/scim/hostile-names.test.ts';
import '../unit/scim/parse-json.test.ts';
import '../unit/scim/patch.test.ts';
import '../unit/scim/projection.test.ts';
import '../unit/scim/resource-body.test.ts';
import '../unit/scim/schema.test.ts';
