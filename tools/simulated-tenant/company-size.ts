/** How many of what a company has. */
export interface CompanySize {
  /** Users in the tenant, guests included; the assigned ones among them are what SCIM provisions. */
  readonly users: number;
  readonly assignedUsers: number;
  /** Groups that SCIM provisions, and those that only Graph shows. */
  readonly assignedGroups: number;
  readonly otherGroups: number;
}

export const companySize: CompanySize = {
  users: 2_400,
  assignedUsers: 1_150,
  assignedGroups: 72,
  otherGroups: 300,
};
