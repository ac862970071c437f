mod chat; mod counter; mod index; mod layout; mod rooms; mod stock; mod table;
