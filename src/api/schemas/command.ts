import { z } from '@hono/zod-openapi';
import { laneViewSchema } from './lane-view.ts';

const reason = z
  .string()
  .max(500)
  .regex(/^[^\p{Cc}]*$/u, 'contains a control character')
  .optional()
  .openapi({ description: 'Recorded in the ledger.' });

export const reasonedSchema = z.strictObject({ reason });

export const shipRequestSchema = z
  .strictObject({
    release: z.string().min(1).max(200).openapi({ description: 'Version or digest.' }),
    reason,
  })
  .openapi('ShipRequest');

export const rollbackRequestSchema = z
  .strictObject({
    to: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .openapi({ description: 'Version or digest; default: stable during a rollout, else the one before.' }),
    reason,
  })
  .openapi('RollbackRequest');

export const approvalSchema = z
  .strictObject({
    stage: z.string().min(1).max(200).openapi({ description: 'Name of the stage the person saw.' }),
  })
  .openapi('Approval');

export const commandResultSchema = z
  .object({
    lane: laneViewSchema,
    recorded: z.boolean().openapi({
      description:
        'False: exposure was reduced at once, but the ledger could not be written yet and will be.',
    }),
    rollout: z.string().nullable(),
  })
  .openapi('CommandResult');

export type CommandResult = z.infer<typeof commandResultSchema>;
