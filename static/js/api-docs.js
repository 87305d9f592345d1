// Shows the OpenAPI document of this server, to read and to try. Signed-in people try with their session.
const place = document.getElementById("api-docs");

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (!["GET", "HEAD"].includes(request.method)) {
      request.headers["X-CSRFToken"] = cookie("csrftoken") || cookie("__Host-csrftoken");
    }
    return request;
  },
});
