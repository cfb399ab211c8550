-- What a session holds of Supabase Auth's is sealed from here on. Sessions from before end: whoever has one logs in again.
delete from public.sessions;
