import type { RequiredPrivilege as Required } from '../../../admission/explanation.ts';
import { codedError } from '../../../kernel/errors.ts';
import type { ManagementBuilder } from '../context.ts';

/** More privileges than this nobody grants one by one. */
export const mostPrivileges = 1000;

export function addRequiredPrivileges(builder: ManagementBuilder) {
  const Privilege = builder.enumType('Privilege', {
    description: 'A verb of rules. None implies another.',
    values: ['READ', 'WRITE', 'UPDATE'] as const,
  });
  const RequiredPrivilege = builder.objectRef<Required>('RequiredPrivilege').implement({
    cost: { weight: 0 },
    fields: (t) => ({
      coordinate: t.exposeString('coordinate', {
        nullable: false,
        description: '`Type.field`; `Type.*` where any field of the type will do.',
      }),
      privilege: t.field({
        type: Privilege,
        nullable: false,
        resolve: ({ verb }) => verb.toUpperCase() as Uppercase<typeof verb>,
      }),
      rule: t.exposeString('rule', { nullable: false, description: 'The narrowest rule that gives it.' }),
    }),
  });
  builder.queryField('requiredPrivileges', (t) =>
    t.field({
      type: [RequiredPrivilege],
      nullable: false,
      description:
        'What an operation of the protected API can need, whatever its variables are. Of the API it knows what the calling key can grant.',
      cost: { weight: 10, listSize: { assumedSize: mostPrivileges } },
      args: {
        document: t.arg.string({ required: true, looksAt: [] }),
        operationName: t.arg.string({ looksAt: [] }),
      },
      resolve: async (_root, { document, operationName }, { explainer, apiKey }) => {
        const asked = { document, operationName: operationName ?? undefined };
        const required = await explainer.requiredPrivileges(apiKey, asked);
        if (required.length <= mostPrivileges) return [...required];
        const message = `The operation can need more than ${mostPrivileges} privileges; ask for parts of it.`;
        throw codedError('QUERY_TOO_COMPLEX', message);
      },
    }),
  );
  return RequiredPrivilege;
}

export type RequiredPrivilegeRef = ReturnType<typeof addRequiredPrivileges>;
