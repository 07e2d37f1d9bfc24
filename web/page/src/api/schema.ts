// Made by `just types` from `vismatch openapi`: not edited by hand.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page for people
         * @description Upload, gallery, search by picture, duplicates, the server. Pictures are fingerprinted on the
         *     visitor's machine before anything is sent.
         */
        get: operations["page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the page */
        get: operations["page_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has this picture been seen in any project, asked without sending it */
        post: operations["check_picture_everywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Compare two pictures
         * @description Two pictures as the fields `a` and `b` of a form; one picture as `a` and a stored image as the fields
         *     `project_id` and `image_id`; or two stored images as JSON.
         */
        post: operations["compare"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/component": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The component that looks into pictures, its contract, or its description
         * @description The WebAssembly file, with its SHA-256 in `Repr-Digest` (RFC 9530) and `ETag`. It imports nothing
         *     but what WASI's std pulls in and needs no grant. `Accept: text/plain` asks for its contract
         *     instead, `Accept: application/json` for what it is and how to load it.
         */
        get: operations["component"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find the most similar images of a project */
        post: operations["diff"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description as a page to try requests from (Swagger UI) */
        get: operations["swagger_ui"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of Swagger UI */
        get: operations["swagger_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is there more than once, over all projects
         * @description A group may hold images of several projects.
         */
        get: operations["find_all_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens, as it happens
         * @description Server-sent events (`text/event-stream`), one JSON object as `data` each. First `ready`, then an
         *     `image` for every image that comes, is replaced or goes, by whichever process, a `scan` when the
         *     indexing of the image root goes on, a `plugin` when a plugin's backfill does or it is disabled, and a
         *     `duplicates` when an answer of `GET …/duplicates` goes on that takes long. The ids are numbers of changes:
         *     a client that comes back with `Last-Event-ID`, as browsers do, gets what it missed, or `ready` with
         *     `resumed: false` when that is too much. Comments keep a silent connection alive.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive
         * @description Touches nothing else.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page, at the library's pictures */
        get: operations["library_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/browse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page, at the library's pictures */
        get: operations["browse_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/browsing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Up to 48 pictures, at random */
        get: operations["browse_library"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/rebuildBKT": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rebuild the index from the store
         * @description It follows the store by itself and survives restarts: this is there for those who are used to it.
         */
        get: operations["rebuild_index"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page, at its search by picture */
        get: operations["search_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pictures that look like one of the library, or like one that is sent
         * @description By `dhash128` within 8 of its 128 bits, nearest first. A picture of the library is the first of them.
         */
        post: operations["similar_in_library"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page, where pictures are uploaded into the library */
        get: operations["upload_page"];
        put?: never;
        /** Upload a picture into the library */
        post: operations["upload_to_library"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/matches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a picture matches in any project: duplicates first
         * @description Judged or by distance as in one project.
         *     The picture is the field `file` of a form; or it is stored already and named by its id, `image_id`.
         */
        post: operations["find_matches_everywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures for Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All plugins, by name
         * @description Those that were loaded with `--plugin NAME=FILE`, and those of which fingerprints are left.
         */
        get: operations["list_plugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One plugin */
        get: operations["get_plugin"];
        put?: never;
        post?: never;
        /**
         * Delete a plugin's fingerprints
         * @description All that are kept under its name, by whichever file; and it is not asked any more, until the server is
         *     started with it again or told to `backfill`.
         */
        delete: operations["delete_plugin"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins/{name}/backfill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a plugin again
         * @description Images that were there before a plugin are asked about without being told to. This asks again about those
         *     that it had no fingerprint for; and a plugin that was disabled or deleted is tried again. `GET /events` tells
         *     how it goes.
         */
        post: operations["backfill_plugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/project/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a project with everything in it
         * @description Some clients know no other address for it. `DELETE /projects/{project_id}` does the same, and answers 404 where there is no
         *     such project.
         */
        delete: operations["delete_project_by_name"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All projects, by name */
        get: operations["list_projects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One project */
        get: operations["get_project"];
        put?: never;
        post?: never;
        /** Delete a project with everything in it */
        delete: operations["delete_project"];
        options?: never;
        head?: never;
        /**
         * Change how a project is searched
         * @description Images that are there already are found so as soon as their local features are made, in the background: a second for some hundreds
         *     of images.
         */
        patch: operations["change_project"];
        trace?: never;
    };
    "/projects/{project_id}/bank": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All fingerprints of a project by one algorithm, compact
         * @description For searching without asking. Numbers are big-endian. A header of 64 bytes: `vismbank`; format version (2 bytes,
         *     1); 0 with everything or 1 with changes; 0; the algorithm's name (16 bytes, filled up with 0) and version (2);
         *     bytes of a fingerprint (2); `since` (8); `sequence` (8); `witness` (16). Then records: `P`, image id (16 bytes)
         *     and bits of an image that is there; `G` and the id of one that is gone; at last `E` and the number of records
         *     (8): without that it was cut off. Of records of one image the last counts. Pictures of one colour have no record.
         *
         *     With `since`, and `witness` for safety, of an earlier answer only what has changed is sent, where the server still knows.
         */
        get: operations["get_bank"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has this picture been seen, asked without sending it
         * @description Digest, fingerprints and sketch are what a page computes before it uploads. What only small text or figures tell
         *     apart is `similar` with `verified: false`: comparing the pictures decides (`POST …/matches` with the picture, `POST
         *     /compare`, or the imgurer's `compare`).
         */
        post: operations["check_picture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is in a project more than once
         * @description Images that were decided to be no duplicates are never in one group. Without a radius and an algorithm
         *     every image of a group is verified against the one to keep. Candidates come from a circle that is tighter the more
         *     images there are. Of each image the 64 nearest by `phash` are judged and the 64 nearest by `dhash128`, `core` and
         *     `bare`, with `orientation=any` the 64 nearest by all of them; `left_out` and `not_compared` say what was not.
         */
        get: operations["find_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/duplicates/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Decisions of a project */
        get: operations["list_decisions"];
        put?: never;
        /**
         * Decide that images are no duplicates of each other
         * @description No two of them are ever in one group again, until the decision is taken back or one of the images is
         *     gone or replaced. What was decided before stays as it is.
         */
        post: operations["decide_no_duplicates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/duplicates/decisions/{decision_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a decision back */
        delete: operations["delete_decision"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/duplicates/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring duplicates down to one image
         * @description The image that stays takes over the names of the others, which lead to it from now on, the cover, the
         *     earliest date, and what their cameras wrote where it says nothing itself. The others go to the trash,
         *     from where they can be restored. Sent twice, it is done once.
         *
         *     Each image that would go is compared with the one that stays first, by the pictures themselves where it takes
         *     that. Unless all of them are `exact` or `same_picture`, or as much as `accept` says, nothing is done: 409 names
         *     the first that is less, what it is, and why. `dry_run` is answered in the same way.
         */
        post: operations["resolve_duplicates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Images of a project, in upload order
         * @description A project that is not there yet has none: clients list it before they upload into it.
         */
        get: operations["list_images"];
        put?: never;
        /**
         * Give a picture to a project
         * @description The project is made when it is not there. The picture is stored as it is and shown as JPEG in
         *     four sizes; the first of a project becomes its cover. Pictures that are in the project already,
         *     or look like this one, are named in `duplicates`.
         */
        post: operations["upload_image"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/images/{image_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An image in one of its sizes */
        get: operations["show_image"];
        put?: never;
        post?: never;
        /**
         * Delete an image
         * @description For good: it does not go to the trash, because who deletes a picture wants it gone. When it was the
         *     cover, the next remaining image becomes it.
         */
        delete: operations["delete_image"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/images/{image_id}/fingerprints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What every algorithm says of an image, and every plugin that has been asked about it */
        get: operations["list_fingerprints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/matches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a picture matches: duplicates first
         * @description Unless a radius or an algorithm is given, pictures are judged: the same bytes, then duplicates and similar
         *     images, the strongest verdict first. With either all images within the radius match, nearest first. The
         *     picture is the field `file` of a form; or it is stored already and named by `image_id`, in
         *     the URL or as JSON, and then not among its own matches.
         */
        post: operations["find_matches"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/primary/{image_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Make an image the cover of its project */
        put: operations["set_cover"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The cover of a project */
        get: operations["show_cover"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/trash": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is in the trash of a project
         * @description Images are there since they gave way to a duplicate, and are deleted for good when the setting
         *     `trash_retention` says so: time in which a server runs counts. What is deleted by `DELETE` of an image does not come here.
         */
        get: operations["list_trash"];
        put?: never;
        post?: never;
        /** Delete everything in the trash of a project for good */
        delete: operations["empty_trash"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/trash/{image_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An image of the trash, in one of its sizes */
        get: operations["show_trashed"];
        put?: never;
        post?: never;
        /** Delete an image of the trash for good */
        delete: operations["delete_trashed"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/trash/{image_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put an image of the trash back
         * @description It comes back whole: with its id, its place in the order, its names and metadata, which the kept image
         *     gives back; as the cover when it was that. A name that is taken by now gets ` (2)`.
         */
        post: operations["restore_trashed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can requests be served
         * @description Writes into the data folder and the database as uploads do, at most every ten seconds, brings the index up to date, says how far the indexing of the image root has come, and names
         *     projects that another process holds, and files of what was deleted that are still on the disk.
         */
        get: operations["readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/redoc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description as a page to read (ReDoc) */
        get: operations["redoc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/redoc/redoc.standalone.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The script of ReDoc */
        get: operations["redoc_bundle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Store a picture in a project
         * @description An image of the same name is replaced. (Uploads as multipart/form-data are for signed-in users
         *     and refused without a token; `POST /projects/{project_id}/images` takes them from everyone.)
         */
        post: operations["upload_base64"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/upload/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete the image that an upload's token stands for */
        delete: operations["delete_by_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What may go without a look: `same_picture` the same bytes, and what is re-encoded, resized or converted;
         *     `edited` also the same picture with something done to it; `any` says that somebody has looked at them.
         * @enum {string}
         */
        AcceptBody: "same_picture" | "edited" | "any";
        /**
         * @description How a fingerprint is computed.
         * @enum {string}
         */
        AlgorithmName: "phash" | "dhash" | "dhash128" | "ahash" | "blockhash" | "pdq" | "core" | "bare";
        /** @description A suggestion. */
        BestView: {
            /**
             * @description Which image.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            image_id: string;
            /**
             * @description Why, in one sentence for people.
             * @example It has the most pixels.
             */
            reason: string;
        };
        /**
         * Format: binary
         * @description The bytes of a file.
         */
        BinaryFile: string;
        CheckBody: {
            /**
             * @description What algorithms say of it, at most 16. With a sketch those of `phash`, `dhash128`, `core` and, where
             *     its quality is over 0, `bare` find all that there is to find. Those of plugins (`GET /plugins`) find images by their
             *     distance alone, behind those that the sketch verifies.
             */
            fingerprints?: components["schemas"]["SentFingerprint"][];
            limit?: components["schemas"]["Limit"] | null;
            orientation?: components["schemas"]["OrientationScope"] | null;
            radius?: components["schemas"]["Distance"] | null;
            sha256?: components["schemas"]["Sha256Text"] | null;
            /**
             * Format: sketch
             * @description What the component's `process` gives as the sketch of the picture, in base64. With it, and without a radius, what
             *     fingerprints find is verified, as far as sketches can decide: where `verified` is false comparing the pictures
             *     does. Without it distances are all there is: the verdict is `similar`, and `verified` is false.
             */
            sketch?: string | null;
        } & ({
            sha256: string;
        } | {
            fingerprints: unknown[];
        });
        /** @description What was found. */
        CheckedView: {
            /** @description Images of the same bytes, in upload order. */
            exact: components["schemas"]["MatchView"][];
            /**
             * @description Without the exact ones: duplicates and similar images, the strongest verdict first; or images within
             *     the radius, nearest first.
             */
            near: components["schemas"]["MatchView"][];
        };
        /** @description Two stored images. */
        CompareBody: {
            /** @description One image. */
            a: components["schemas"]["StoredImage"];
            /** @description The other. */
            b: components["schemas"]["StoredImage"];
            radius?: components["schemas"]["PhashDistance"] | null;
        };
        /** @description Two pictures, or one and a stored image; the fields may come in any order. */
        CompareForm: {
            /**
             * Format: binary
             * @description One picture.
             */
            a: string;
            /**
             * Format: binary
             * @description The other; without it the stored image that the next two fields name.
             */
            b?: string;
            /** @description The stored image's id or name. */
            image_id?: string;
            /** @description The stored image's project. */
            project_id?: components["schemas"]["ProjectText"];
            /** @description Largest `phash` distance of near-duplicates, 0 to 64. `threshold` is another name of it. */
            radius?: components["schemas"]["PhashDistance"];
        };
        /** @description What two pictures are to each other. */
        ComparisonView: {
            /** @description Every algorithm's distance. */
            differences: components["schemas"]["DifferenceView"][];
            /** @description The verdict is one of the first three. */
            is_duplicate: boolean;
            /** @description How the second picture has to be transformed to look like the first. */
            orientation: components["schemas"]["OrientationName"];
            /** @description Why, in one sentence for people. */
            reason: string;
            /**
             * Format: double
             * @description The share of the detail that agrees, 0 to 1; 1 for the same bytes; with a radius the similarity by `phash`.
             * @example 0.9375
             */
            similarity: number;
            /** @description What they are to each other. */
            verdict: components["schemas"]["VerdictName"];
            /** @description What was compared decides. False with a radius: fingerprints alone prove nothing. */
            verified: boolean;
        };
        DecidedImages: string[];
        /** @description Images that are no duplicates of each other. */
        DecisionBody: {
            /** @description 2 to 100 images by id or name: no two of them are duplicates. */
            images: components["schemas"]["DecidedImages"];
        };
        /** @description A decision that was taken back. */
        DecisionDeleted: {
            /**
             * @description Which it was.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8-019a9e3c6f0b7c41b1d2f3a4b5c6d7e9
             */
            deleted_decision_id: string;
            /** @description Always true. */
            ok: boolean;
            /**
             * @description Where it was.
             * @example holidays
             */
            project_id: string;
        };
        /** @description Somebody decided that two images are no duplicates. */
        DecisionView: {
            /**
             * @description When, RFC 3339 with milliseconds.
             * @example 2026-02-21T19:01:02.123Z
             */
            decided_at: string;
            /**
             * @description Its id: those of the images with a `-` between them.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8-019a9e3c6f0b7c41b1d2f3a4b5c6d7e9
             */
            decision_id: string;
            /** @description Which two. */
            images: string[];
        };
        /** @description An image that is gone. */
        DeletedView: {
            /**
             * @description What it was called.
             * @example new_image.jpg
             */
            image_name: string;
            /**
             * @description `image deleted`, or that files of it are still on the disk.
             * @example image deleted
             */
            message: string;
            /**
             * @description Where it was.
             * @example my_project
             */
            project_name: string;
            /** @description Always true. */
            success: boolean;
            /** @description Files of it that the system does not let go of yet; left out when all are erased. */
            unerased?: components["schemas"]["UnerasedView"][];
        };
        /** @description What the component is and how another host loads it. */
        Description: {
            /** @description Length of the file in bytes. */
            bytes: number;
            /**
             * @description Digest of the file.
             * @example sha256:6f1c…
             */
            digest: string;
            /**
             * @description Where the file is.
             * @example /component
             */
            file: string;
            /** @description How to load it. */
            load: components["schemas"]["Load"];
            /**
             * @description Version of the server it comes with.
             * @example 0.1.0
             */
            version: string;
            /**
             * @description Where its contract is.
             * @example /component?wit
             */
            wit: string;
            /**
             * @description The package and world it implements.
             * @example vismatch:pipeline/imaging@0.1.0
             */
            world: string;
        };
        /** @description What a plugin says of itself. */
        DescriptionView: {
            /**
             * Format: int32
             * @description Bits of a fingerprint.
             * @example 64
             */
            bits: number;
            /**
             * Format: int32
             * @description The distance up to which images match unless told otherwise.
             * @example 10
             */
            default_radius: number;
            /** @description What it is handed. */
            input: components["schemas"]["HasherInputName"];
            /**
             * @description What it calls itself.
             * @example Edges of a picture
             */
            name: string;
            /**
             * Format: int32
             * @description Version of its definition.
             * @example 1
             */
            version: number;
        };
        /** @description A picture to look for. */
        DiffBody: {
            /**
             * Format: base64-picture
             * @description The picture in base64, raw or as a `data:` URI.
             * @example iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
             */
            data: string;
            /** @description Where to look. */
            project_name: components["schemas"]["ProjectText"];
            /** @description Send the matching pictures along. */
            with_image?: boolean;
        };
        /** @description An image of the project and how near it is. */
        DiffRow: {
            /**
             * @description The stored file in base64 when it was asked for, null otherwise. A server whose setting `location` is `hide`
             *     sends the rendition `original` in its place: a JPEG without metadata.
             */
            data?: string | null;
            /**
             * Format: double
             * @description Differing bits of 64-bit `phash`, 0.0 to 64.0.
             * @example 5
             */
            distance: number;
            /**
             * @description What it is called.
             * @example image1.jpg
             */
            image_name: string;
        };
        /** @description What looks like it. */
        DiffView: {
            /** @description The most similar images, at most 3, nearest first, however far they are. */
            compare_result: components["schemas"]["DiffRow"][];
            /**
             * @description Always `success`.
             * @example success
             */
            message: string;
            /**
             * @description Where it was looked for.
             * @example my_project
             */
            project_name: string;
            /** @description Always true. */
            success: boolean;
        };
        /** @description One algorithm's opinion of two pictures. */
        DifferenceView: {
            /** @description Whose opinion. */
            algorithm: components["schemas"]["AlgorithmName"];
            /**
             * Format: int32
             * @description Length of the fingerprints.
             * @example 64
             */
            bits: number;
            /**
             * Format: int32
             * @description Differing bits in the best orientation.
             * @example 4
             */
            distance: number;
            /** @description How the second picture has to be transformed to get that distance. */
            orientation: components["schemas"]["OrientationName"];
            /**
             * Format: double
             * @description 1 - distance / bits.
             * @example 0.9375
             */
            similarity: number;
        };
        Distance: number;
        /** @description What is there more than once. */
        DuplicatesView: {
            algorithm?: components["schemas"]["AlgorithmName"] | null;
            /**
             * @description The groups. By verdict each image is a duplicate of the one to keep; by distance images that are alike through
             *     one between them are in one group, too. Files of the same bytes are always together.
             */
            groups: components["schemas"]["GroupView"][];
            /**
             * @description Images that have more candidates than are judged: their nearest were. 0 as a rule.
             * @example 0
             */
            left_out: number;
            /**
             * @description Pairs that neither sketches nor a comparison of their pictures decided, because there are too many of them
             *     (2000 are compared, the most similar first) or because they cannot be read. 0 as a rule.
             * @example 0
             */
            not_compared: number;
            /** @description Which copies were looked for. */
            orientation: components["schemas"]["OrientationScope"];
            /**
             * Format: int32
             * @description Largest distance between neighbours of a group; null when pictures were judged.
             * @example 10
             */
            radius?: number | null;
        };
        /**
         * @description What every refused or failed request is answered with, whichever route it asked for.
         * @example {
         *       "detail": "there is no project \"holidays\"",
         *       "details": {
         *         "method": "GET",
         *         "path": "/projects/holidays",
         *         "request_id": "01a1fa22-5e6b-7715-9ea4-42e8ae99124f",
         *         "status_code": 404
         *       },
         *       "error": "NotFound",
         *       "message": "there is no project \"holidays\"",
         *       "success": false,
         *       "timestamp": "2026-02-21T19:01:02.123Z"
         *     }
         */
        ErrorBody: {
            /** @description The same text as `message`. */
            detail: string;
            /** @description `status_code`, `method`, `path`, `request_id`; with 409 also `image_id`, the image in the way. */
            details: Record<string, never>;
            /** @description The kind of error: `ValidationError`, `NotFound`, `Conflict`, `PayloadTooLarge` ... */
            error: string;
            /** @description What is wrong, for people. Fixed text when the server is at fault. */
            message: string;
            /** @description Always false. */
            success: boolean;
            /** @description When it happened, RFC 3339. */
            timestamp: string;
        };
        /** @description The `data` of an event, by its name. */
        EventView: components["schemas"]["Ready"] | components["schemas"]["ImageChanged"] | components["schemas"]["Scan"] | components["schemas"]["PluginHealth"] | components["schemas"]["Judging"];
        /** @description What a camera wrote beside a picture; what it did not write is left out. */
        ExifView: {
            /**
             * @description Maker of the camera.
             * @example Nikon
             */
            camera_make?: string | null;
            /**
             * @description Model of the camera.
             * @example Z 6
             */
            camera_model?: string | null;
            /**
             * Format: double
             * @description `location.latitude` by its older name. Left out by a server whose setting `location` is `hide`.
             * @example 35.24
             */
            latitude?: number | null;
            /** @description Model of the lens. */
            lens?: string | null;
            location?: components["schemas"]["LocationView"] | null;
            /**
             * Format: double
             * @description `location.longitude` by its older name. Left out as `latitude` is.
             * @example 25.14
             */
            longitude?: number | null;
            /**
             * @description `YYYY-MM-DDThh:mm:ss`, with the offset where the camera recorded one.
             * @example 2026-02-21T19:01:02+01:00
             */
            taken_at?: string | null;
        };
        /** @description What one algorithm says of a picture. */
        FingerprintView: {
            /**
             * @description `phash`, `dhash`, `dhash128`, `ahash`, `blockhash`, `pdq`, `core`, `bare`, or the name of a plugin.
             * @example phash
             */
            algorithm: string;
            /**
             * @description The bits as hexadecimal digits, most significant first.
             * @example d1c48f3b2a7061e5
             */
            bits: string;
            /**
             * Format: int32
             * @description 0 to 100; below 50 matches mean little. Left out of a plugin's.
             * @example 100
             */
            quality?: number | null;
            /**
             * Format: int32
             * @description Version of its definition; only fingerprints of the same version are compared.
             * @example 1
             */
            version: number;
        };
        GroupImages: string[];
        /** @description Duplicates of one image, the one to keep. */
        GroupView: {
            /** @description Which image to keep. */
            best: components["schemas"]["BestView"];
            /**
             * @description The id of its first image; pages go on behind it.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            group_id: string;
            /** @description At least two, in upload order. */
            images: components["schemas"]["MemberView"][];
        };
        /**
         * @description What a plugin is handed: a picture's `luma-plane`, or the `bytes` of its file.
         * @enum {string}
         */
        HasherInputName: "luma-plane" | "bytes";
        /** @description That the process answers. */
        Health: {
            /** @description Always `ok`. */
            status: components["schemas"]["HealthName"];
        };
        /**
         * @description The process answers.
         * @enum {string}
         */
        HealthName: "ok";
        /** @description An image came, was replaced, or went. */
        ImageChanged: {
            /**
             * Format: int64
             * @description The number of the change; also the event's id.
             * @example 58
             */
            change: number;
            /**
             * @description Which image.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            image_id: string;
            /** @description It is there now. */
            present: boolean;
            /**
             * @description Where.
             * @example holidays
             */
            project_id: string;
        };
        /** @description An image that is gone. */
        ImageDeleted: {
            /**
             * @description Which it was.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            deleted_image_id: string;
            /** @description The cover that took over; null when the cover did not change or nothing is left. */
            new_primary?: string | null;
            /** @description Always true. */
            ok: boolean;
            /**
             * @description Where it was.
             * @example holidays
             */
            project_id: string;
            /** @description Files of it that the system does not let go of yet; left out when all are erased. */
            unerased?: components["schemas"]["UnerasedView"][];
        };
        ImageText: string;
        /** @description An image. */
        ImageView: {
            /**
             * @description Names of images that were merged into it: they lead here; left out when none.
             * @example [
             *       "beach (2).jpg"
             *     ]
             */
            aliases?: string[];
            /**
             * Format: int64
             * @description Length of the file as it was given.
             * @example 2841337
             */
            bytes: number;
            /**
             * @description When it was first given, RFC 3339 with milliseconds; or the first of those that were merged into it.
             * @example 2026-02-21T19:01:02.123Z
             */
            created_at: string;
            exif?: components["schemas"]["ExifView"] | null;
            /**
             * Format: int32
             * @description Pixels down, upright.
             * @example 3024
             */
            height: number;
            /**
             * @description Its id: 32 lower-case hexadecimal characters.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            image_id: string;
            /** @description It is the project's cover. */
            is_primary: boolean;
            /**
             * @description What it is called, unique in its project; works in place of the id.
             * @example beach.jpg
             */
            name: string;
            /**
             * @description Digest of the file as it was given.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256: string;
            /** @description Where its renditions are. */
            urls: components["schemas"]["Urls"];
            /**
             * Format: int32
             * @description Pixels across, upright.
             * @example 4032
             */
            width: number;
        };
        /** @description The index of fingerprints. */
        IndexState: {
            /**
             * Format: int64
             * @description The last change of the store that is in it.
             * @example 57
             */
            change: number;
            /**
             * @description Images in it, over all projects.
             * @example 42
             */
            images: number;
        };
        /** @description An answer about duplicates is in the making. */
        Judging: {
            /**
             * Format: int64
             * @description Pairs of images that were judged.
             * @example 12000
             */
            judged: number;
            /**
             * Format: int64
             * @description Pairs that are to be judged; null while they are searched.
             * @example 250000
             */
            pairs?: number | null;
            /**
             * @description Where they are searched; null = over all projects.
             * @example holidays
             */
            project_id?: string | null;
        };
        /** @description A picture for the library. */
        LibraryForm: {
            /**
             * Format: binary
             * @description The picture; its format is told by its content, never by its name.
             */
            image: string;
        };
        /** @description A picture of the library; its addresses are relative to the server's, as its pages put a `/` before. */
        LibraryImage: {
            /**
             * @description Its id.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            id: string;
            /**
             * @description The picture, fitting 400x400.
             * @example projects/imgurer/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=thumb
             */
            thumb_url: string;
            /**
             * @description The picture in its own size.
             * @example projects/imgurer/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=original
             */
            url: string;
        };
        /** @description Pictures of the library. */
        LibraryImages: {
            /** @description The pictures. */
            images: components["schemas"]["LibraryImage"][];
        };
        /** @description A picture that is in the library. */
        LibraryUploaded: {
            /**
             * @description What it is, by its content.
             * @example image/jpeg
             */
            content_type: string;
            /**
             * @description What the client called the file; what it is called in the project, when the client did not say.
             * @example beach.jpg
             */
            filename: string;
            /**
             * @description Its id.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            id: string;
            /**
             * @description What it is called in the project, when that is another name: one that was taken has got a number, one that cannot
             *     be used gave way to another.
             * @example beach (2).jpg
             */
            name?: string | null;
        };
        Limit: number;
        /** @description How to load the component, by language. */
        Load: {
            /** @description JavaScript. */
            javascript: string;
            /** @description Python. */
            python: string;
            /** @description Rust. */
            rust: string;
        };
        /** @description A place on earth. */
        LocationView: {
            /**
             * Format: double
             * @description WGS 84 degrees, north is positive.
             * @example 35.24
             */
            latitude: number;
            /**
             * Format: double
             * @description WGS 84 degrees, east is positive.
             * @example 25.14
             */
            longitude: number;
        };
        /** @description A picture to match and how; its fields may come in any order. */
        MatchForm: {
            /** @description `phash`, `dhash`, `dhash128`, `ahash`, `blockhash`, `pdq`, `core`, `bare`, or the name of a plugin. */
            algorithm?: string;
            /**
             * Format: binary
             * @description The picture; left out when `image_id` names a stored one.
             */
            file?: string;
            /** @description Most matches, 1 to 1000. */
            limit?: components["schemas"]["Limit"];
            /** @description `upright` or `any`. */
            orientation?: components["schemas"]["OrientationScope"];
            /** @description Largest distance in bits. */
            radius?: components["schemas"]["Distance"];
        };
        /**
         * @description How an image was found: `exact` by the same bytes, `near` otherwise.
         * @enum {string}
         */
        MatchKindName: "exact" | "near";
        /** @description How to match; in the URL, or as fields of a form or JSON, which win. */
        MatchOptions: {
            /**
             * @description Finds all within a distance by `phash`, `dhash`, `dhash128`, `ahash`, `blockhash`, `pdq`, `core`, `bare`, or by a
             *     plugin (`GET /plugins`). With neither this nor a radius pictures are judged.
             */
            algorithm?: string | null;
            /** @description A stored image to match, by id or name, when no picture is sent. */
            image_id?: string | null;
            limit?: components["schemas"]["Limit"] | null;
            orientation?: components["schemas"]["OrientationScope"] | null;
            radius?: components["schemas"]["Distance"] | null;
        };
        /** @description An image that matches. */
        MatchView: {
            /**
             * @description Whose fingerprints were compared: one of our own, or the name of a plugin.
             * @example phash
             */
            algorithm: string;
            /**
             * Format: int32
             * @description Differing bits.
             * @example 4
             */
            distance: number;
            /**
             * Format: int32
             * @description Frames or pages of the image; its renditions show the first.
             * @example 1
             */
            frames: number;
            /**
             * @description Its id.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            image_id: string;
            /** @description `exact`: the same bytes; `near`: a duplicate, similar, or a fingerprint within the radius: the verdict tells which. */
            kind: components["schemas"]["MatchKindName"];
            /**
             * @description What it is called.
             * @example beach.jpg
             */
            name: string;
            /** @description How the query has to be transformed to look like the image. */
            orientation: components["schemas"]["OrientationName"];
            /**
             * @description Where it is.
             * @example holidays
             */
            project_id: string;
            /**
             * @description Why, in one sentence for people.
             * @example phash differs in 4 of 64 bits; nothing else was compared.
             */
            reason: string;
            /**
             * Format: double
             * @description How alike they are, 0 to 1; 1 for the same bytes.
             * @example 0.9375
             */
            similarity: number;
            /** @description Where its renditions are. */
            urls: components["schemas"]["Urls"];
            /** @description What the picture and the image are to each other; never `different`. */
            verdict: components["schemas"]["VerdictName"];
            /**
             * @description What was compared decides. False where only fingerprints or sketches were compared and may be wrong: comparing
             *     the pictures decides (`POST /compare`, or matches of the picture itself). Duplicates are always verified.
             * @example false
             */
            verified: boolean;
        };
        /** @description An image of a group. */
        MemberView: components["schemas"]["ImageView"] & {
            /**
             * Format: int32
             * @description Differing bits to the image to keep, by the algorithm asked for or `phash`.
             * @example 4
             */
            distance: number;
            /** @description How it has to be transformed to look like the image to keep. */
            orientation: components["schemas"]["OrientationName"];
            /**
             * @description Where it is.
             * @example holidays
             */
            project_id: string;
            /**
             * @description Why, in one sentence for people.
             * @example Their detail agrees by 97 %, place for place, and so do the colours.
             */
            reason: string;
            /**
             * Format: double
             * @description The share of the detail that agrees, 0 to 1; where distances were asked for 1 - distance / bits.
             * @example 0.9375
             */
            similarity: number;
            /** @description What it is to the image to keep: `similar` when distances were asked for, a duplicate otherwise. */
            verdict: components["schemas"]["VerdictName"];
            /** @description What was compared decides. False when distances were asked for: fingerprints alone prove nothing. */
            verified: boolean;
        };
        /**
         * @description What to do with bytes that are in the project already; nothing is `keep`.
         * @enum {string}
         */
        OnDuplicateName: "keep" | "reject" | "";
        /**
         * @description How a picture has to be transformed; EXIF 1 to 8 in this order.
         * @enum {string}
         */
        OrientationName: "upright" | "mirrored" | "rotated180" | "flipped" | "transposed" | "rotated90" | "transversed" | "rotated270";
        /**
         * @description Which copies count: `upright` ones, or those in `any` orientation, mirrored and turned ones, too.
         * @enum {string}
         */
        OrientationScope: "upright" | "any";
        PhashDistance: number;
        /** @description A plugin, in short. */
        PluginHealth: {
            /**
             * Format: int64
             * @description Of those, how many it has been asked about.
             * @example 800
             */
            done: number;
            /**
             * @description What the operator calls it.
             * @example edges
             */
            name: string;
            /**
             * @description What a disabled plugin did wrong.
             * @example it was stopped after 10s
             */
            reason?: string | null;
            /** @description How it is. */
            state: components["schemas"]["PluginStateName"];
            /**
             * Format: int64
             * @description Images that it had not been asked about when the present backfill began.
             * @example 1200
             */
            to_do: number;
        };
        /** @description A plugin is gone. */
        PluginRemoved: {
            /**
             * @description What it was called.
             * @example edges
             */
            name: string;
            /** @description Always true. */
            ok: boolean;
            /**
             * Format: int64
             * @description Images that it had been asked about; nothing of that is left.
             * @example 1200
             */
            removed: number;
        };
        /**
         * @description How a plugin is. `backfilling`: asked about images that were there before it. `ready`: asked about all. `disabled`: it misbehaved. `removed`: it was deleted. `absent`: not loaded, and its fingerprints are kept.
         * @enum {string}
         */
        PluginStateName: "backfilling" | "ready" | "disabled" | "removed" | "absent";
        /** @description Fingerprints by another file or version. */
        PluginVersionView: {
            /**
             * @description When it was first loaded, RFC 3339 with milliseconds.
             * @example 2026-02-21T19:01:02.123Z
             */
            created_at: string;
            /**
             * @description SHA-256 of the file.
             * @example 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
             */
            digest: string;
            /**
             * Format: int64
             * @description How many.
             * @example 1200
             */
            fingerprints: number;
            /**
             * Format: int32
             * @description Version of its definition.
             * @example 1
             */
            version: number;
        };
        /** @description A plugin. */
        PluginView: components["schemas"]["PluginHealth"] & {
            describes_itself?: components["schemas"]["DescriptionView"] | null;
            /**
             * @description SHA-256 of its file; null when it is not loaded.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            digest?: string | null;
            /**
             * Format: int64
             * @description Fingerprints by this file and version.
             */
            fingerprints: number;
            /**
             * @description Fingerprints under the same name by other files or versions: kept until the plugin is deleted, never
             *     compared with these.
             */
            others: components["schemas"]["PluginVersionView"][];
            /**
             * Format: int64
             * @description Images that it has no fingerprint for.
             */
            refused: number;
        };
        /** @description A cover that was chosen. */
        PrimarySet: {
            /** @description Always true. */
            ok: boolean;
            /**
             * @description Which image.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            primary_image_id: string;
            /**
             * @description Whose cover.
             * @example holidays
             */
            project_id: string;
        };
        /** @description What is changed of a project. */
        ProjectChange: {
            /**
             * @description Strong crops of its images, collages of them and images under large stickers are found, too: by up to 128 local features an
             *     image, which take at most 2 kB on disk and 10 kB of memory. `false` removes them.
             */
            finds_crops: boolean;
        };
        /** @description A project that is gone. */
        ProjectDeleted: {
            /**
             * Format: int64
             * @description How many images went with it.
             * @example 42
             */
            deleted_images: number;
            /** @description Always true. */
            ok: boolean;
            /**
             * @description Its name.
             * @example holidays
             */
            project_id: string;
            /** @description Files of it that the system does not let go of yet; left out when all are erased. */
            unerased?: components["schemas"]["UnerasedView"][];
        };
        /** @description What became of a project that was to be deleted. */
        ProjectDeletedView: {
            /**
             * @description In words.
             * @example project deleted
             */
            message: string;
            /** @description It was there, and is gone. */
            success: boolean;
            /** @description Files of it that the system does not let go of yet; left out when all are erased. */
            unerased?: components["schemas"]["UnerasedView"][];
        };
        ProjectText: string;
        /** @description Where a project's parts are, below this server's address. */
        ProjectUrls: {
            /**
             * @description Its images.
             * @example /projects/holidays/images
             */
            images: string;
            /**
             * @description Its cover.
             * @example /projects/holidays/thumbnail
             */
            thumbnail: string;
        };
        /** @description A project. */
        ProjectView: {
            /**
             * @description When it was first seen, RFC 3339 with milliseconds.
             * @example 2026-02-21T19:01:02.123Z
             */
            created_at: string;
            /** @description Strong crops of its images, collages of them and images under large stickers are found, too. */
            finds_crops: boolean;
            /**
             * Format: int64
             * @description How many images it holds.
             * @example 42
             */
            images: number;
            /**
             * @description Its cover; null while it is empty.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            primary_image_id?: string | null;
            /**
             * @description Its name, which is its id.
             * @example holidays
             */
            project_id: string;
            /** @description Where its parts are. */
            urls: components["schemas"]["ProjectUrls"];
        };
        /** @description That requests can be served. */
        Readiness: {
            /**
             * @description Projects that another process holds and does not let go of: they can be searched, not changed.
             * @example []
             */
            held_projects: string[];
            /** @description What can be searched. */
            index: components["schemas"]["IndexState"];
            /** @description Hashers of other people. One that misbehaves is disabled; requests are served without it. */
            plugins: components["schemas"]["PluginHealth"][];
            /** @description How far the indexing of pictures found in the image root has come. */
            scan: components["schemas"]["Scan"];
            /** @description Always `ready`; a server that is not answers 503. */
            status: components["schemas"]["ReadinessName"];
            /**
             * @description Files of what was deleted that the system does not let go of yet. They are erased as soon as it does.
             * @example []
             */
            unerased: components["schemas"]["UnerasedView"][];
            /**
             * @description Version of the server.
             * @example 0.1.0
             */
            version: string;
        };
        /**
         * @description Requests can be served; a server where they cannot answers 503.
         * @enum {string}
         */
        ReadinessName: "ready";
        /** @description The connection stands. */
        Ready: {
            /**
             * Format: int64
             * @description What comes are the changes after this one.
             * @example 57
             */
            change: number;
            /** @description Nothing was missed since `Last-Event-ID`; otherwise what is shown has to be listed again. */
            resumed: boolean;
        };
        RemovedImages: string[];
        /** @description An image that goes. */
        RemovedView: {
            /**
             * Format: int64
             * @description Length of its file.
             * @example 2841337
             */
            bytes: number;
            /**
             * @description Which.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            image_id: string;
            /**
             * @description What it was called; the name leads to the kept image now.
             * @example beach (2).jpg
             */
            name: string;
            /** @description It was the cover; the kept image is now. */
            was_primary: boolean;
        };
        /**
         * @description A rendition of an image: its own size, within 1600x1600, within 400x400, exactly 50x50.
         * @enum {string}
         */
        RenditionName: "original" | "medium" | "thumb" | "game";
        ResolveBody: {
            /** @description What an image has to be to the one that stays, at least, to go. */
            accept?: components["schemas"]["AcceptBody"];
            /**
             * @description Do nothing, only say what would be done.
             * @default false
             */
            dry_run: boolean | null;
            images?: components["schemas"]["GroupImages"] | null;
            /**
             * @description The image that stays, by id or name; without it the best of `images`.
             * @example beach.jpg
             */
            keep?: string | null;
            remove?: components["schemas"]["RemovedImages"] | null;
        } & ({
            images?: null;
            keep: string;
            remove: unknown[];
        } | {
            images: unknown[];
            remove?: null;
        });
        /** @description What came of it, or what would. */
        ResolvedView: {
            /** @description Nothing was done. */
            dry_run: boolean;
            /** @description The image that stays, with the names and the metadata that it took over. */
            kept: components["schemas"]["ImageView"];
            /** @description What went to the trash. */
            removed: components["schemas"]["RemovedView"][];
            /** @description Ids of images that went to the trash for the kept one before. */
            removed_before: string[];
            /**
             * Format: int64
             * @description Bytes of the files that people gave, now in the trash.
             * @example 2841337
             */
            trashed_bytes: number;
        };
        /** @description The indexing of pictures found in the image root. */
        Scan: {
            /** @description The first scan is over; requests are served before that too, without what is not indexed yet. */
            finished: boolean;
            /**
             * Format: int64
             * @description Files seen so far that were not known.
             */
            found: number;
            /**
             * Format: int64
             * @description Of those, indexed.
             */
            indexed: number;
            /**
             * Format: int64
             * @description Of those, no pictures.
             */
            skipped: number;
        };
        /** @description A fingerprint that a client computed; `algorithm` may be the name of a plugin. */
        SentFingerprint: {
            /** @enum {string} */
            algorithm: "phash";
            bits: string;
            /**
             * @description Version of its definition; the server's own without it.
             * @enum {integer|null}
             */
            version?: 1 | null;
        } | {
            /** @enum {string} */
            algorithm: "dhash";
            bits: string;
            /**
             * @description Version of its definition; the server's own without it.
             * @enum {integer|null}
             */
            version?: 1 | null;
        } | {
            /** @enum {string} */
            algorithm: "dhash128";
            bits: string;
            /**
             * @description Version of its definition; the server's own without it.
             * @enum {integer|null}
             */
            version?: 1 | null;
        } | {
            /** @enum {string} */
            algorithm: "ahash";
            bits: string;
            /**
             * @description Version of its definition; the server's own without it.
             * @enum {integer|null}
             */
            version?: 1 | null;
        } | {
            /** @enum {string} */
            algorithm: "blockhash";
            bits: string;
            /**
             * @description Version of its definition; the server's own without it.
             * @enum {integer|null}
             */
            version?: 1 | null;
        } | {
            /** @enum {string} */
            algorithm: "pdq";
            bits: string;
            /**
             * @description Version of its definition; the server's own without it.
             * @enum {integer|null}
             */
            version?: 1 | null;
        } | {
            /** @enum {string} */
            algorithm: "core";
            bits: string;
            /**
             * @description Version of its definition; the server's own without it.
             * @enum {integer|null}
             */
            version?: 3 | null;
        } | {
            /** @enum {string} */
            algorithm: "bare";
            bits: string;
            /**
             * @description Version of its definition; the server's own without it.
             * @enum {integer|null}
             */
            version?: 1 | null;
        } | {
            algorithm: string;
            bits: string;
            /** @description Version of its definition; the server's own without it. */
            version?: number | null;
        };
        Sha256Text: string;
        /** @description A picture that is looked for. */
        SimilarForm: {
            /**
             * Format: binary
             * @description The picture; left out when `image_id` names one of the library.
             */
            image?: string;
        };
        /** @description Which picture; in the URL, or as a field of a form or of JSON, which win. */
        SimilarOptions: {
            /** @description A picture of the library, by its id; when no picture is sent. */
            image_id?: string | null;
        };
        /** @description Where a stored image is. */
        StoredImage: {
            /**
             * @description Its id or name.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            image_id: string;
            /** @description Its project. */
            project_id: components["schemas"]["ProjectText"];
        };
        /** @description Images that are gone for good. */
        TrashEmptied: {
            /**
             * Format: int64
             * @description How many they were.
             * @example 3
             */
            deleted_images: number;
            /** @description Always true. */
            ok: boolean;
            /**
             * @description Where they were.
             * @example holidays
             */
            project_id: string;
            /** @description Files of them that the system does not let go of yet; left out when all are erased. */
            unerased?: components["schemas"]["UnerasedView"][];
        };
        /** @description An image in the trash. */
        TrashedView: {
            /**
             * Format: int64
             * @description Length of the file as it was given.
             * @example 2841337
             */
            bytes: number;
            /**
             * Format: int32
             * @description Pixels down, upright.
             * @example 3024
             */
            height: number;
            /**
             * @description Its id.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            image_id: string;
            /**
             * @description The image that was kept in its place.
             * @example 019a9e3c6f0b7c41b1d2f3a4b5c6d7e9
             */
            merged_into: string;
            /**
             * @description What it was called.
             * @example beach (2).jpg
             */
            name: string;
            /**
             * @description When it was put here, RFC 3339 with milliseconds.
             * @example 2026-02-21T19:01:02.123Z
             */
            trashed_at: string;
            /**
             * @description Where it is shown.
             * @example /projects/holidays/trash/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            url: string;
            /**
             * Format: int32
             * @description Pixels across, upright.
             * @example 4032
             */
            width: number;
        };
        /** @description Files of something that was deleted, still on the disk. */
        UnerasedView: {
            /**
             * Format: int64
             * @description How many they are.
             * @example 1
             */
            files: number;
            /**
             * @description Where they lie, below the data folder.
             * @example unerased/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            folder: string;
        };
        /** @description A picture to store. */
        UploadBody: {
            /**
             * Format: base64-picture
             * @description The picture in base64, raw or as a `data:` URI.
             * @example iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
             */
            data: string;
            /** @description What to call it; an image of that name is replaced. */
            image_name: components["schemas"]["ImageText"];
            /** @description Where it goes; made when it is not there. */
            project_name: components["schemas"]["ProjectText"];
        };
        /** @description A picture and what to do with it; its fields may come in any order. */
        UploadForm: {
            /**
             * Format: binary
             * @description The picture; its format is told by its content, never by its name.
             */
            file: string;
            /**
             * @description What to call it; without it the file's own name. ` (2)` comes before the extension when it is taken, also by
             *     a name that differs only by case; more than 255 bytes are cut before the extension.
             */
            name?: components["schemas"]["WantedName"];
            /** @description `keep` (default) or `reject`: what to do when the very bytes are in the project already. */
            on_duplicate?: components["schemas"]["OnDuplicateName"];
        };
        /** @description A picture that is stored and found. */
        UploadView: {
            /**
             * @description Always `image uploaded and indexed successfully`.
             * @example image uploaded and indexed successfully
             */
            message: string;
            /** @description Always true. */
            success: boolean;
            /**
             * @description Deletes this image, once: `DELETE /upload/{token}`.
             * @example 5f0c7a1e9d3b4c28a6e1f07d2b9c8e34
             */
            token: string;
        };
        /** @description A picture that is in, searchable by everyone. */
        Uploaded: {
            /**
             * Format: int64
             * @description Length of the file in bytes.
             * @example 2841337
             */
            bytes: number;
            /**
             * @description When it was given, RFC 3339 with milliseconds.
             * @example 2026-02-21T19:01:02.123Z
             */
            created_at: string;
            /**
             * @description What it matches in its project, the strongest verdict first, at most 10; left out when nothing. Only `exact`,
             *     `same_picture` and `edited` are duplicates.
             */
            duplicates?: components["schemas"]["MatchView"][];
            /** @description What every algorithm says of it. */
            fingerprints: components["schemas"]["FingerprintView"][];
            /**
             * Format: int32
             * @description Pixels down, upright.
             * @example 3024
             */
            height: number;
            /**
             * @description Its id: 32 lower-case hexadecimal characters.
             * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
             */
            image_id: string;
            /** @description It became the project's cover, as the first image does. */
            is_primary: boolean;
            /**
             * @description What it is called.
             * @example beach.jpg
             */
            name: string;
            /**
             * @description Where it is.
             * @example holidays
             */
            project_id: string;
            /**
             * @description What the client called it; left out when it is called so. A name that is taken gets a number, one of more
             *     than 255 bytes is cut before its extension, and one that cannot be used gives way to the picture's digest.
             */
            sent_name?: string | null;
            /** @description Digest of the file. */
            sha256: string;
            /** @description Where its renditions are. */
            urls: components["schemas"]["Urls"];
            /**
             * Format: int32
             * @description Pixels across, upright.
             * @example 4032
             */
            width: number;
        };
        /** @description Where an image's renditions are: paths, below `--base-path` or what a proxy says by `X-Forwarded-Prefix`. */
        Urls: {
            /**
             * @description Exactly 50x50.
             * @example /projects/holidays/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=game
             */
            game: string;
            /**
             * @description Fits within 1600x1600.
             * @example /projects/holidays/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=medium
             */
            medium: string;
            /**
             * @description The picture in its own size, as JPEG.
             * @example /projects/holidays/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=original
             */
            original: string;
            /**
             * @description Fits within 400x400.
             * @example /projects/holidays/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=thumb
             */
            thumb: string;
        };
        /**
         * @description What two pictures are to each other, the strongest claim first. `exact`: the same bytes. `same_picture`: re-encoded, resized, converted. `edited`: one picture with something done to it. These three are duplicates. `similar`: near, and no copy.
         * @enum {string}
         */
        VerdictName: "exact" | "same_picture" | "edited" | "similar" | "different";
        WantedName: string;
    };
    responses: {
        /** @description The request has no usable Host header, or a part of it cannot be used: the message says which. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description Failed: not the caller's fault. */
        Failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description A page of another origin asks for a change. The operator names the origins that may. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The disk of the data folder is full. */
        InsufficientStorage: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The request is for a host that this server is not called. */
        MisdirectedRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description There is nothing of the name or id in the path. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The body is larger than this route reads. */
        PayloadTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The state is not the one that If-Match, If-None-Match or If-Unmodified-Since demands. Nothing was done. */
        PreconditionFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description Refused: the caller can mend it, and the message says how. */
        Refused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The body came too slowly. The connection is closed. */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The server cannot do this for the moment: it has too much to do, or its data folder cannot be used. */
        ServiceUnavailable: {
            headers: {
                /** @description Seconds after which to try again, where the server knows. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description A parameter or field is missing or not of its type: the message names it, its value and what is allowed. */
        UnprocessableContent: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The body is of a media type that this route does not read. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description `If-None-Match` names the present page. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    page_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A file that the page loads. */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file; its name changes with its content. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["BinaryFile"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description No file of the present page. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    check_picture_everywhere: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckBody"];
            };
        };
        responses: {
            /** @description What was found; both lists may be empty. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedView"];
                };
            };
            /** @description A digest, fingerprint, sketch or radius that cannot be. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            /** @description A plugin that a fingerprint is by is disabled or was removed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description Neither `sha256` nor `fingerprints`, or a field that is missing or not of its type. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    compare: {
        parameters: {
            query?: {
                /**
                 * @description Largest `phash` distance of near-duplicates, 0 to 64; the default radius without it. `threshold` is another name
                 *     of it.
                 * @example 10
                 */
                radius?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompareBody"];
                "multipart/form-data": components["schemas"]["CompareForm"];
            };
        };
        responses: {
            /** @description The judgement, and every algorithm's distance. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComparisonView"];
                };
            };
            /** @description Not a picture, a radius that cannot be, both `b` and `image_id`. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            /** @description There is no such project or image. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    component: {
        parameters: {
            query?: {
                /**
                 * @description Present, with any value or none: the contract as WIT text. The same as `Accept: text/plain`.
                 * @example
                 */
                wit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/wasm": components["schemas"]["BinaryFile"];
                    "text/plain": string;
                    "application/json": components["schemas"]["Description"];
                };
            };
            /** @description `If-None-Match` names the present file. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    diff: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DiffBody"];
            };
        };
        responses: {
            /** @description The three most similar images. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DiffView"];
                };
            };
            /** @description Not JSON, not base64, or not a picture. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body, or the picture in it, is over a limit. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            421: components["responses"]["MisdirectedRequest"];
            /** @description A field is missing or of a wrong type. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    swagger_ui: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    swagger_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A file that the page at `/docs` loads. */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["BinaryFile"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    find_all_duplicates: {
        parameters: {
            query?: {
                /**
                 * @description Groups what is within this distance in bits, by `phash` without an algorithm. With neither pictures are
                 *     judged.
                 * @example 10
                 */
                radius?: number;
                /**
                 * @description Groups what is within the radius by this algorithm, its default radius without one.
                 * @example phash
                 */
                algorithm?: components["schemas"]["AlgorithmName"];
                /**
                 * @description `upright` (default), or `any`: also find mirrored and turned copies, by what their fingerprints
                 *     become. `dhash` and `blockhash` know mirrored ones only.
                 * @example any
                 */
                orientation?: components["schemas"]["OrientationScope"];
                /**
                 * @description Most groups, 1 to 1000; all without it.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Only groups behind the one with this `group_id`, as the `Link` of the page before says.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The groups of near-duplicates. With `limit`, and when there are more, `Link: <…>; rel="next"` says where. */
            200: {
                headers: {
                    /** @description Where the next page is (RFC 8288). */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DuplicatesView"];
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    events: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that was heard. */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events without end. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["EventView"];
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    library_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Location` is the view of the page. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    browse_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Location` is the view of the page. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    browse_library: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pictures; none of an empty library. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryImages"];
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    rebuild_index: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is rebuilt: `null`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example null */
                    "application/json": unknown;
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    search_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Location` is the view of the page. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    similar_in_library: {
        parameters: {
            query?: {
                /**
                 * @description A picture of the library, by its id; when no picture is sent.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SimilarOptions"];
                "application/x-www-form-urlencoded": components["schemas"]["SimilarOptions"];
                "multipart/form-data": components["schemas"]["SimilarForm"];
            };
        };
        responses: {
            /** @description The pictures. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryImages"];
                };
            };
            /** @description Both picture and `image_id`, not a picture. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            /** @description There is no such picture. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description Neither picture nor `image_id`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    upload_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Location` is the view of the page. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    upload_to_library: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["LibraryForm"];
            };
        };
        responses: {
            /** @description It is in, and found at once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryUploaded"];
                };
            };
            /** @description Not a picture that can be read, a body that was cut off. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description The field `image` is missing. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many uploads at once; Retry-After says when to come back. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    find_matches_everywhere: {
        parameters: {
            query?: {
                /**
                 * @description A stored image to match, by id or name, when no picture is sent.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id?: string;
                /**
                 * @description Finds all within a distance by `phash`, `dhash`, `dhash128`, `ahash`, `blockhash`, `pdq`, `core`, `bare`, or by a
                 *     plugin (`GET /plugins`). With neither this nor a radius pictures are judged.
                 * @example phash
                 */
                algorithm?: string;
                /**
                 * @description Largest distance in bits, by `phash` without an algorithm; the algorithm's default without it.
                 * @example 10
                 */
                radius?: number;
                /**
                 * @description Most matches, 1 to 1000; 10 without it.
                 * @example 10
                 */
                limit?: number;
                /**
                 * @description `upright` (default), or `any`: also find mirrored and turned copies; a plugin is asked about the picture in each of
                 *     the eight orientations.
                 * @example any
                 */
                orientation?: components["schemas"]["OrientationScope"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MatchOptions"];
                "application/x-www-form-urlencoded": components["schemas"]["MatchOptions"];
                "multipart/form-data": components["schemas"]["MatchForm"];
            };
        };
        responses: {
            /** @description The matches; none is an answer too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MatchView"][];
                };
            };
            /** @description Both picture and `image_id`, not a picture, a parameter that cannot be. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            /** @description There is no such image. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description The plugin is disabled or was removed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description Neither picture nor `image_id`, or a parameter that is not of its type. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics in the text format of Prometheus. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    list_plugins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plugins. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginView"][];
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    get_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description What the operator calls the plugin.
                 * @example edges
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plugin. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginView"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description There is no such plugin. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    delete_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description What the operator calls the plugin.
                 * @example edges
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginRemoved"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such plugin. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    backfill_plugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description What the operator calls the plugin.
                 * @example edges
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has begun. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginView"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such plugin. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is not loaded, or misbehaves still. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    delete_project_by_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone; or there is no such project, and `success` is false. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectDeletedView"];
                };
            };
            /** @description What was deleted is gone from every list, but the system does not let go of all of its files yet: `unerased` says where they lie. They are erased as soon as it does; until then `/readyz` and `vismatch verify` name them. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectDeletedView"];
                };
            };
            /** @description No project can have that name. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description Some of its files lie behind a link or must not be removed. Nothing is deleted. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    list_projects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The projects. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectView"][];
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    get_project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectView"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    delete_project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectDeleted"];
                };
            };
            /** @description What was deleted is gone from every list, but the system does not let go of all of its files yet: `unerased` says where they lie. They are erased as soon as it does; until then `/readyz` and `vismatch verify` name them. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectDeleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description Some of its files lie behind a link or must not be removed. Nothing is deleted. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    change_project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectChange"];
            };
        };
        responses: {
            /** @description The project as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectView"];
                };
            };
            /** @description The body is no such JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    get_bank: {
        parameters: {
            query?: {
                /**
                 * @description Whose fingerprints, `phash` without it.
                 * @example phash
                 */
                algorithm?: components["schemas"]["AlgorithmName"];
                /**
                 * @description The `sequence` of the bank that is there: only what has changed since is sent.
                 * @example 42
                 */
                since?: number;
                /**
                 * @description The `witness` of the bank that is there, as 32 hexadecimal digits: proves that it is of this server's
                 *     history. With another one everything is sent.
                 */
                witness?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bank, or what has changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["BinaryFile"];
                };
            };
            /** @description Nothing has changed since the bank of this ETag. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A `since` or `witness` that cannot be. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description There is no such algorithm, or `since` is no number. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    check_picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckBody"];
            };
        };
        responses: {
            /** @description What was found; both lists may be empty. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedView"];
                };
            };
            /** @description A digest, fingerprint, sketch or radius that cannot be. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            /** @description A plugin that a fingerprint is by is disabled or was removed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description Neither `sha256` nor `fingerprints`, or a field that is missing or not of its type. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    find_duplicates: {
        parameters: {
            query?: {
                /**
                 * @description Groups what is within this distance in bits, by `phash` without an algorithm. With neither pictures are
                 *     judged.
                 * @example 10
                 */
                radius?: number;
                /**
                 * @description Groups what is within the radius by this algorithm, its default radius without one.
                 * @example phash
                 */
                algorithm?: components["schemas"]["AlgorithmName"];
                /**
                 * @description `upright` (default), or `any`: also find mirrored and turned copies, by what their fingerprints
                 *     become. `dhash` and `blockhash` know mirrored ones only.
                 * @example any
                 */
                orientation?: components["schemas"]["OrientationScope"];
                /**
                 * @description Most groups, 1 to 1000; all without it.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Only groups behind the one with this `group_id`, as the `Link` of the page before says.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The groups of near-duplicates. With `limit`, and when there are more, `Link: <…>; rel="next"` says where. */
            200: {
                headers: {
                    /** @description Where the next page is (RFC 8288). */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DuplicatesView"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    list_decisions: {
        parameters: {
            query?: {
                /**
                 * @description Most entries, 1 to 1000; all without it.
                 * @example 100
                 */
                limit?: number;
                /** @description Only entries behind this one: its id, as the `Link` of the page before says. */
                after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The decisions by their ids. With `limit`, and when there are more, `Link: <…>; rel="next"` says where. */
            200: {
                headers: {
                    /** @description Where the next page is (RFC 8288). */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionView"][];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    decide_no_duplicates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionBody"];
            };
        };
        responses: {
            /** @description The decisions: one for every two of the images. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionView"][];
                };
            };
            /** @description Fewer than 2 or more than 100 images, or one of them twice. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            /** @description An image went while it was decided about. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    delete_decision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name.
                 * @example holidays
                 */
                project_id: string;
                /**
                 * @description The ids of the two images with a `-` between them, in either order.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8-019a9e3c6f0b7c41b1d2f3a4b5c6d7e9
                 */
                decision_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is taken back. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionDeleted"];
                };
            };
            /** @description The id is not two ids of images with a `-` between them. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            /** @description There is no such project or decision. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    resolve_duplicates: {
        parameters: {
            query?: {
                /**
                 * @description Do nothing, only say what would be done: `true`, `True`, `1`, `yes`, `on`, or `false`, `False`, `0`, `no`, `off`.
                 * @example true
                 */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResolveBody"];
            };
        };
        responses: {
            /** @description It is done; with `dry_run`, it would be. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResolvedView"];
                };
            };
            /** @description Both `remove` and `images`; an image that is kept and removed; fewer than 2 or more than 1000 images. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            /** @description A file lies behind a link; an image is in the trash for another one, or went meanwhile; two of them were decided to be no duplicates; or one is less to the image that stays than `accept` asks for, `details.image_id` says which. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description Neither `remove` nor `images`, `remove` without `keep`, or a field that is not of its type. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    list_images: {
        parameters: {
            query?: {
                /**
                 * @description Most entries, 1 to 1000; all without it.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Only entries behind this one: its id, as the `Link` of the page before says.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The images. With `limit`, and when there are more, `Link: <…>; rel="next"` says where. */
            200: {
                headers: {
                    /** @description Where the next page is (RFC 8288). */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageView"][];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description There is no image `after`. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    upload_image: {
        parameters: {
            query?: {
                /**
                 * @description What to call the image.
                 * @example beach.jpg
                 */
                name?: string;
                /**
                 * @description `keep` (default) or `reject`: what to do when the very bytes are in the project already.
                 * @example reject
                 */
                on_duplicate?: components["schemas"]["OnDuplicateName"];
            };
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadForm"];
            };
        };
        responses: {
            /** @description It is in, and found by everyone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uploaded"];
                };
            };
            /** @description Not a picture that can be read (the message names what it is), a body that was cut off, a name that cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            /** @description With `on_duplicate=reject`: it is there already; `details.image_id` says where. Or the name leads through a file or a link. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description The field `file` is missing, or `on_duplicate` is neither of its words. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many uploads at once; Retry-After says when to come back. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    show_image: {
        parameters: {
            query?: {
                /**
                 * @description `original` (default), `medium` (fits 1600x1600), `thumb` (fits 400x400) or `game` (exactly 50x50).
                 * @example thumb
                 */
                size?: components["schemas"]["RenditionName"];
            };
            header?: never;
            path: {
                /**
                 * @description The project's name.
                 * @example holidays
                 */
                project_id: string;
                /**
                 * @description The image's id, or its name with `/` as `%2F`.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. Conditional requests and ranges are understood. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description The part that `Range` asks for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description Not modified. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The range is outside the picture. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    delete_image: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name.
                 * @example holidays
                 */
                project_id: string;
                /**
                 * @description The image's id, or its name with `/` as `%2F`.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageDeleted"];
                };
            };
            /** @description What was deleted is gone from every list, but the system does not let go of all of its files yet: `unerased` says where they lie. They are erased as soon as it does; until then `/readyz` and `vismatch verify` name them. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageDeleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description The name is that of an image that was merged into another, `details.image_id` says into which; or a file of it lies behind a link or must not be removed. Nothing is deleted. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    list_fingerprints: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name.
                 * @example holidays
                 */
                project_id: string;
                /**
                 * @description The image's id, or its name with `/` as `%2F`.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its fingerprints. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FingerprintView"][];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    find_matches: {
        parameters: {
            query?: {
                /**
                 * @description A stored image to match, by id or name, when no picture is sent.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id?: string;
                /**
                 * @description Finds all within a distance by `phash`, `dhash`, `dhash128`, `ahash`, `blockhash`, `pdq`, `core`, `bare`, or by a
                 *     plugin (`GET /plugins`). With neither this nor a radius pictures are judged.
                 * @example phash
                 */
                algorithm?: string;
                /**
                 * @description Largest distance in bits, by `phash` without an algorithm; the algorithm's default without it.
                 * @example 10
                 */
                radius?: number;
                /**
                 * @description Most matches, 1 to 1000; 10 without it.
                 * @example 10
                 */
                limit?: number;
                /**
                 * @description `upright` (default), or `any`: also find mirrored and turned copies; a plugin is asked about the picture in each of
                 *     the eight orientations.
                 * @example any
                 */
                orientation?: components["schemas"]["OrientationScope"];
            };
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MatchOptions"];
                "application/x-www-form-urlencoded": components["schemas"]["MatchOptions"];
                "multipart/form-data": components["schemas"]["MatchForm"];
            };
        };
        responses: {
            /** @description The matches; none is an answer too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MatchView"][];
                };
            };
            /** @description Both picture and `image_id`, not a picture, a parameter that cannot be. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            /** @description The plugin is disabled or was removed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description Neither picture nor `image_id`, or a parameter that is not of its type. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    set_cover: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name.
                 * @example holidays
                 */
                project_id: string;
                /**
                 * @description The image's id, or its name with `/` as `%2F`.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is the cover. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrimarySet"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    show_cover: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. Conditional requests and ranges are understood. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description The part that `Range` asks for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description Not modified. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The range is outside the picture. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    list_trash: {
        parameters: {
            query?: {
                /**
                 * @description Most entries, 1 to 1000; all without it.
                 * @example 100
                 */
                limit?: number;
                /** @description Only entries behind this one: its id, as the `Link` of the page before says. */
                after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The images by their ids. With `limit`, and when there are more, `Link: <…>; rel="next"` says where. */
            200: {
                headers: {
                    /** @description Where the next page is (RFC 8288). */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrashedView"][];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    empty_trash: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name: any Unicode but control characters and slashes, at most 255 bytes.
                 * @example holidays
                 */
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is empty. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrashEmptied"];
                };
            };
            /** @description What was deleted is gone from every list, but the system does not let go of all of its files yet: `unerased` says where they lie. They are erased as soon as it does; until then `/readyz` and `vismatch verify` name them. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrashEmptied"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    show_trashed: {
        parameters: {
            query?: {
                /**
                 * @description `original` (default), `medium` (fits 1600x1600), `thumb` (fits 400x400) or `game` (exactly 50x50).
                 * @example thumb
                 */
                size?: components["schemas"]["RenditionName"];
            };
            header?: never;
            path: {
                /**
                 * @description The project's name.
                 * @example holidays
                 */
                project_id: string;
                /**
                 * @description The image's id, or its name with `/` as `%2F`.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. Conditional requests and ranges are understood. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description The part that `Range` asks for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description Not modified. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The range is outside the picture. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            421: components["responses"]["MisdirectedRequest"];
            422: components["responses"]["UnprocessableContent"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    delete_trashed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name.
                 * @example holidays
                 */
                project_id: string;
                /**
                 * @description The image's id, or its name with `/` as `%2F`.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrashEmptied"];
                };
            };
            /** @description What was deleted is gone from every list, but the system does not let go of all of its files yet: `unerased` says where they lie. They are erased as soon as it does; until then `/readyz` and `vismatch verify` name them. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrashEmptied"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such project, or its trash has no such image. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    restore_trashed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The project's name.
                 * @example holidays
                 */
                project_id: string;
                /**
                 * @description The image's id, or its name with `/` as `%2F`.
                 * @example 019a9e3c6f0a7c41b1d2f3a4b5c6d7e8
                 */
                image_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The image, as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageView"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such project, or its trash has no such image. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Its name leads through a file or a link. It stays in the trash. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They can. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            /** @description Uploads would fail: the disk is full or read-only, or the database is damaged, held by another process or does not answer. The message says which. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    redoc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    redoc_bundle: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The script. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            400: components["responses"]["BadRequest"];
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    upload_base64: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadBody"];
            };
        };
        responses: {
            /** @description It is stored, and found by everyone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadView"];
                };
            };
            /** @description Not JSON, not base64, not a picture, or a name that cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is multipart/form-data, and nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            /** @description The name is that of a folder or of a file that is no image yet, leads through a file or a link, or differs only by case from that of another image or project. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            /** @description The body, or the picture in it, is over a limit. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            421: components["responses"]["MisdirectedRequest"];
            /** @description A field is missing or of a wrong type. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    delete_by_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What `POST /upload` answered; works once. */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletedView"];
                };
            };
            /** @description What was deleted is gone from every list, but the system does not let go of all of its files yet: `unerased` says where they lie. They are erased as soon as it does; until then `/readyz` and `vismatch verify` name them. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletedView"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            /** @description The token stands for nothing, or was used. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A file of it lies behind a link or must not be removed. Nothing is deleted. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            412: components["responses"]["PreconditionFailed"];
            421: components["responses"]["MisdirectedRequest"];
            503: components["responses"]["ServiceUnavailable"];
            507: components["responses"]["InsufficientStorage"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
}
