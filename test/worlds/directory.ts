// The directory: seen by everybody, and so in every world.
import { at, coded } from './step.ts';
import type { Step } from './world.ts';

const role = 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante';

export const directory: readonly Step[] = [
  {
    by: 'operator',
    name: 'place',
    path: at('/Location'),
    body: ({ organization }) => ({
      resourceType: 'Location',
      status: 'active',
      name: 'Colline, bâtiment A',
      managingOrganization: { reference: `Organization/${organization}` },
    }),
  },
  {
    by: 'operator',
    name: 'service',
    path: at('/HealthcareService'),
    body: ({ organization, place }) => ({
      resourceType: 'HealthcareService',
      active: true,
      name: 'Cardiologie',
      providedBy: { reference: `Organization/${organization}` },
      location: [{ reference: `Location/${place}` }],
    }),
  },
  {
    by: 'operator',
    name: 'role',
    path: at('/PractitionerRole'),
    body: ({ practitioner, organization, place, service }) => ({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: { reference: `Practitioner/${practitioner}` },
      organization: { reference: `Organization/${organization}` },
      location: [{ reference: `Location/${place}` }],
      healthcareService: [{ reference: `HealthcareService/${service}` }],
      code: [coded('10', role)],
    }),
  },
  {
    by: 'operator',
    name: 'scanner',
    path: at('/Device'),
    body: ({ organization, place }) => ({
      resourceType: 'Device',
      status: 'active',
      deviceName: [{ name: 'Scanner', type: 'user-friendly-name' }],
      owner: { reference: `Organization/${organization}` },
      location: { reference: `Location/${place}` },
    }),
  },
  {
    by: 'operator',
    method: 'PUT',
    path: ({ place }) => `/Location/${place}`,
    body: ({ place, organization }) => ({
      resourceType: 'Location',
      id: place,
      status: 'suspended',
      name: 'Colline, bâtiment A',
      managingOrganization: { reference: `Organization/${organization}` },
    }),
  },
];
